// charge.cpp: charges by force, as many keys in a script call as one takes; in a Cluster slot by slot. And amendments,
// which are script calls that belong together, too.
#include "store/redis/store/operations.hpp"
#include "store/redis/store/store_core.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <utility>

namespace weir::store::redis {
namespace {

// The script calls of one charge, and what came of them.
class Charging : public std::enable_shared_from_this<Charging> {
 public:
  Charging(StoreCore& core, std::size_t out, std::move_only_function<void(Status)> done)
      : core_(core), out_(out), done_(std::move(done)) {}

  void send(ScriptCall call, Deadline deadline) {
    core_.call(std::move(call), deadline, 1,
               [self = shared_from_this()](const StoreCore::Said& said) { self->came(said); });
  }

 private:
  void came(const StoreCore::Said& said) {
    if (!said) worst_ = said.error();
    if (said || said.error() == Status::timeout) charged_ = true;
    if (--out_ != 0) return;
    done_(worst_ != Status::decided && charged_ ? Status::timeout : worst_);
  }

  StoreCore& core_;
  std::size_t out_;
  std::move_only_function<void(Status)> done_;
  Status worst_ = Status::decided;
  bool charged_ = false;  // something, or maybe
};

bool by_key(const Charge& one, const Charge& other) {
  if (one.key.is_number() != other.key.is_number()) return other.key.is_number();
  return one.key.is_number() ? one.key.number() < other.key.number() : one.key.text() < other.key.text();
}

}  // namespace

Operation charge_operation(const RedisSpace& space, std::vector<Charge> charges, Instant now, Deadline deadline,
                           std::move_only_function<void(Status)> done) {
  return [&space, charges = std::move(charges), now, deadline, done = std::move(done)](StoreCore* core) mutable {
    if (charges.empty()) return done(Status::decided);
    // Charges of one key stay in their order. (A stable sort would do; Clang 19 finds GCC 12's deprecated.)
    const std::multiset<Charge, decltype(&by_key)> sorted(charges.begin(), charges.end(), &by_key);
    charges.assign(sorted.begin(), sorted.end());
    std::vector<std::int64_t> units;  // key by key
    for (const Charge& charge : charges) units.push_back(charge.units);
    std::map<Slot, std::vector<Ask>> asks;
    for (std::size_t at = 0, end = 0; at < charges.size(); at = end) {
      end = at + 1;
      while (end < charges.size() && !by_key(charges[at], charges[end])) ++end;
      const Key key = charges[at].key;
      const Slot slot = core->client().is_cluster() ? slot_of(core->layout().tag(space, key, now)) : Slot{0};
      asks[slot].push_back({.key = key, .costs = std::span(units).subspan(at, end - at)});
    }
    std::vector<ScriptCall> calls;
    const std::size_t most = core->options().max_keys;
    for (const auto& [slot, all] : asks) {
      for (std::size_t at = 0; at < all.size(); at += most) {
        const auto some = std::span(all).subspan(at, std::min(most, all.size() - at));
        calls.push_back(core->layout().charge(space, some, now));
      }
    }
    const auto charging = std::make_shared<Charging>(*core, calls.size(), std::move(done));
    for (ScriptCall& call : calls) charging->send(std::move(call), deadline);
  };
}

Operation amend_operation(std::vector<ScriptCall> calls, Deadline deadline,
                          std::move_only_function<void(Status)> done) {
  return [calls = std::move(calls), deadline, done = std::move(done)](StoreCore* core) mutable {
    if (calls.empty()) return done(Status::decided);
    const auto charging = std::make_shared<Charging>(*core, calls.size(), std::move(done));
    for (ScriptCall& call : calls) charging->send(std::move(call), deadline);
  };
}

}  // namespace weir::store::redis
