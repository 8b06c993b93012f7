// records.hpp: small records of one process that others read, for a time: what it has counted for analytics. Not
// counters: each record is written by one process alone and replaced as a whole, so that to write it again changes
// nothing.
//
// A record has a group (a day, say), a name in it, a version and bytes; group, name and bytes are data. Nothing here
// delays a decision by more than a few hundred KiB take on their way: who has more asks in pieces.
#pragma once

#include "limits/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store {

struct Record {
  std::string name;
  std::uint64_t version = 0;  // > 0, and higher with each change; what is older than what is there is not written
  std::string bytes;          // empty: the record is removed
};

struct ListedRecord {
  std::string name;
  std::uint64_t version = 0;
  std::size_t bytes = 0;
};

enum class RecordsWritten : std::uint8_t {
  added,    // to what was there
  begun,    // there was nothing of this group before
  unknown,  // not all of it is known to be written
};

// Safe from any thread, and waits for nobody. Callbacks come exactly once, on any thread, when the store has answered
// or has been given up: after a second or its timeout, whichever is longer, and at once when it ends.
class Records {
 public:
  virtual ~Records() = default;

  // Of one group, at least one; the whole group is kept for `ttl` > 0 from now on, or longer if that was so before.
  virtual void write(std::string_view group, std::vector<Record> records, limits::Nanos ttl,
                     std::move_only_function<void(RecordsWritten)> done) = 0;

  // What there is of a group; none: the store did not say.
  using Listed = std::optional<std::vector<ListedRecord>>;
  virtual void list(std::string_view group, std::move_only_function<void(Listed)> done) = 0;

  // The bytes of each of `names`, in order, empty where there is no such record; none: the store did not say.
  using Fetched = std::optional<std::vector<std::string>>;
  virtual void fetch(std::string_view group, const std::vector<std::string>& names,
                     std::move_only_function<void(Fetched)> done) = 0;
};

}  // namespace weir::store
