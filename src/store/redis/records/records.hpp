// records.hpp: records of processes, in Redis.
//
//   NS:{analytics:GROUP}:slices  hash  name -> bytes
//   NS:{analytics:GROUP}:names   hash  name -> "VERSION SIZE"
//
// The TTL of both is what its last writer asked for, at least. A group lies in one slot of a Cluster, groups in many.
#pragma once

#include "store/records.hpp"
#include "store/redis/store/store_core.hpp"

#include <memory>
#include <string>

namespace weir::store::redis {

class RedisRecords final : public Records {
 public:
  explicit RedisRecords(const std::shared_ptr<StoreCore>& core)
      : core_(core), prefix_(core->options().name_space + ":{analytics:") {}

  void write(std::string_view group, std::vector<Record> records, limits::Nanos ttl,
             std::move_only_function<void(RecordsWritten)> done) override;
  void list(std::string_view group, std::move_only_function<void(Listed)> done) override;
  void fetch(std::string_view group, const std::vector<std::string>& names,
             std::move_only_function<void(Fetched)> done) override;

 private:
  [[nodiscard]] std::string slices(std::string_view group) const { return prefix_ + std::string(group) + "}:slices"; }
  [[nodiscard]] std::string names(std::string_view group) const { return prefix_ + std::string(group) + "}:names"; }
  // `read` turns the answer into what `done` is told.
  template <class Result, class Read>
  void ask(Command question, Read read, std::move_only_function<void(Result)> done);

  const std::weak_ptr<StoreCore> core_;  // gone: nothing is known
  const std::string prefix_;
};

}  // namespace weir::store::redis
