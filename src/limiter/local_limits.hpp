// local_limits.hpp: a limiter's rules as they are decided in this process while the store is away.
//
// Each space of the store has one here that grants this process' share. A key starts from its share of what the store
// last said was used. Where it said nothing of a window longer than an hour, much may have been used by others: then
// only the outage's part of the window is granted,
//
//   windows    share * limit * (time since the outage began) / window, rounded down, at least 1
//   buckets    1, and what has come back to the share's bucket since the outage began
//
// What was granted keeps counting when the share changes, and for as long as its window lasts.
#pragma once

#include "limiter/key_rules.hpp"
#include "limiter/local_share.hpp"
#include "limiter/outage.hpp"
#include "store/owed/books.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace weir::limiter {

// Where a key is decided, and where it is noted; no book of concurrency.
struct LocalChoice {
  std::shared_ptr<const store::Space> space;
  std::shared_ptr<const store::Book> book;
};

class LocalLimits {
 public:
  static constexpr std::chrono::nanoseconds long_window = std::chrono::hours(1);

  // `share`: 0 for 1 / instances.
  LocalLimits(std::shared_ptr<Outage> outage, std::string prefix, double share);

  // `lease` is that of the call, 0 when it holds nothing.
  [[nodiscard]] LocalChoice choose(const std::shared_ptr<const store::Space>& remote, Key key, std::uint32_t instances,
                                   Instant now, store::Nanos lease);
  // The store answered.
  void note(const store::Space& remote, Key key, const store::Verdict& verdict, Instant now);
  // Units to be charged to the store, or given back below 0, that it could not be told of.
  void owe(const std::shared_ptr<const store::Space>& remote, Key key, std::int64_t units, std::uint32_t instances,
           Instant at);
  void forget(const std::shared_ptr<const store::Space>& remote, Key key);
  void forget_all(const std::shared_ptr<const store::Space>& remote);

 private:
  struct Local {
    Share share{};
    Rule rule;  // this process' share
    LocalChoice choice;
    std::shared_ptr<const store::Space> grown;  // of keys of which nothing is known
  };

  [[nodiscard]] std::uint64_t counter_of(const Rule& rule) const;
  [[nodiscard]] Local& local_of(const std::shared_ptr<const store::Space>& remote, Share share);
  void start_from(const Local& local, const LastAnswer& answer, Key key, Instant now, store::Nanos lease);

  const std::shared_ptr<Outage> outage_;
  const std::string prefix_;
  const std::uint64_t prefix_hash_;
  const double share_;
  std::mutex mutex_;
  std::unordered_map<std::shared_ptr<const store::Space>, Local> locals_;  // by the remote space
};

}  // namespace weir::limiter
