// layout.hpp: how keys, values and scripts look in Redis. Bytes in, bytes out: a Layout builds script calls and reads
// their replies, and never talks. native/ is ours, upstash/ is that of @upstash/ratelimit.
#pragma once

#include "store/redis/layout/script.hpp"
#include "store/redis/resp/value.hpp"
#include "store/store.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {

// A Space whose keys are in Redis. Each layout has a kind of its own.
class RedisSpace : public Space, public std::enable_shared_from_this<RedisSpace> {
 public:
  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  // Counts resets of all keys: a state that was written under a lower generation is as good as none. Spaces of one
  // prefix share it.
  [[nodiscard]] std::atomic<std::int64_t>& generation() const { return *generation_; }
  [[nodiscard]] const std::shared_ptr<std::atomic<std::int64_t>>& shared_generation() const { return generation_; }

  // How long a share of it that was fetched ahead may live; 0: it can't be fetched.
  [[nodiscard]] Nanos lease_life() const { return lease_life_; }

 protected:
  RedisSpace(const Rule& rule, std::string prefix, std::shared_ptr<std::atomic<std::int64_t>> generation,
             Nanos lease_life = Nanos(0))
      : Space(rule), prefix_(std::move(prefix)), generation_(std::move(generation)), lease_life_(lease_life) {}

 private:
  std::string prefix_;
  std::shared_ptr<std::atomic<std::int64_t>> generation_;
  Nanos lease_life_;
};

// What a lease was charged to, so that what is left of it goes back there or nowhere.
struct LeaseReceipt {
  std::int64_t held_at = 0;  // us, by Redis' clock
  std::string stamp;         // of the state
  std::string state;         // as it was then
};
struct LeaseReturn {
  std::int64_t units = 0;
  LeaseReceipt receipt;
};

// Units that are fetched ahead, and what is left of those before.
struct LeaseAsk {
  Key key = std::string_view{};
  std::int64_t want = 0;                // 0: none
  std::uint32_t instances = 1;          // that may want as much
  std::string_view holder;              // never the same again
  std::span<const LeaseReturn> back{};  // the last that was granted first
};
struct LeaseAnswer {
  std::int64_t units = 0;  // 0: nothing was granted
  Nanos life{0};           // from when it was asked
  LeaseReceipt receipt;
  Verdict seen;  // of the key without the units
};

// One key, and costs that are taken one after the other, each for itself.
struct Ask {
  Key key = std::string_view{};
  std::span<const std::int64_t> costs;
  std::span<const std::string_view> requests{};  // a name for each cost, where the layout keeps requests one by one
};

// Whether a call can be asked at all: at most 64 checks, and an id and a lease where something is held. One that can't
// is a conflict, as the memory store says it, too.
[[nodiscard]] bool well_formed(const Call& call);

// False for what read_each could not decide: what is allowed has a limit above 0.
[[nodiscard]] inline bool decided(const Verdict& verdict) { return verdict.limit != 0 || !verdict.allowed(); }

class Layout {
 public:
  virtual ~Layout() = default;

  // Throws std::invalid_argument with a sentence when the rule can't live in this layout.
  [[nodiscard]] virtual std::shared_ptr<const Space> open(std::string_view prefix, const Rule& rule) = 0;

  // The hash tag of a key: what decides its slot in a Cluster, and what stands between the braces. In layout upstash a
  // window's number is part of the key, so that a key moves to another slot with each window: hence `now`.
  [[nodiscard]] virtual std::string tag(const RedisSpace& space, Key key, Instant now) const = 0;

  // What else must be one for calls to travel in one script call in a Cluster: where the window's number is part of the
  // key, two keys of one slot lie in two a window later.
  [[nodiscard]] virtual std::int64_t window(const RedisSpace& /*space*/, Instant /*now*/) const { return 0; }

  // Several keys of one space, each for itself and each once; in a Cluster of one slot. Not for concurrency.
  [[nodiscard]] virtual ScriptCall each(const RedisSpace& space, std::span<const Ask> asks, Instant now) const = 0;
  // `verdicts` has room for one a cost, asks in order. False when the reply is not one of this script's. A verdict that
  // is not decided(): under that key lies a value that is not Weir's; nothing was done to it.
  [[nodiscard]] virtual bool read_each(const RedisSpace& space, std::span<const Ask> asks, Instant now,
                                       const Value& reply, std::span<Verdict> verdicts) const = 0;

  // Takes each amount whatever is left, as debt if need be; gives back when it is negative. What its answer says is not
  // for a caller: no error means done.
  [[nodiscard]] virtual ScriptCall charge(const RedisSpace& space, std::span<const Ask> asks, Instant now) const = 0;

  // Whether it keeps requests one by one: then read_joint says what is known, and `known` does of what read_each read,
  // one an ask; amend tells of what is not. In the window of one time.
  [[nodiscard]] virtual bool keeps_requests() const { return false; }
  [[nodiscard]] virtual std::vector<std::shared_ptr<const Requests>> known(std::size_t /*asks*/,
                                                                           const Value& /*reply*/) const {
    return {};
  }
  [[nodiscard]] virtual std::vector<ScriptCall> amend(const RedisSpace& /*space*/,
                                                      std::span<const Amendment> /*amendments*/,
                                                      Instant /*now*/) const {
    return {};
  }

  // Whether it has reservations, for callers. And whether it can hold what a call over several slots has charged until
  // all of them have answered: else that is given back by charging less.
  [[nodiscard]] virtual bool reserves() const { return true; }
  [[nodiscard]] virtual bool holds() const { return true; }

  // All or nothing over several checks, with or without an id, held or not; in a Cluster of one slot. `tag` is that of
  // the record that remembers the id: in a Cluster the slot's, else empty.
  [[nodiscard]] virtual ScriptCall joint(const Call& call, std::string_view tag) const = 0;
  [[nodiscard]] virtual std::expected<Answer, std::string> read_joint(const Call& call, const Value& reply) const = 0;

  // What `joint` would answer now, of a call without an id; nothing is charged.
  [[nodiscard]] virtual ScriptCall look(const Call& call) const = 0;
  [[nodiscard]] virtual std::expected<Answer, std::string> read_look(const Call& call, const Value& reply) const = 0;

  // Of what `joint` held under the id and tag: `amounts` one a held check, or one for all.
  [[nodiscard]] virtual ScriptCall settle(std::string_view id, std::string_view tag,
                                          std::span<const std::int64_t> amounts) const = 0;
  [[nodiscard]] virtual ScriptCall renew(std::string_view id, std::string_view tag, Nanos lease) const = 0;
  [[nodiscard]] virtual std::expected<Settled, std::string> read_settled(const Value& reply) const = 0;

  // Of what `joint` charged and held under the id and tag: as if this attempt had not been made. What another attempt
  // under the same id got stays; else all of it goes back, and the id is forgotten. Nobody waits for its answer.
  [[nodiscard]] virtual ScriptCall undo(std::string_view id, std::string_view tag, std::string_view attempt) const = 0;

  // Whether a new generation resets all keys of a space at once. If not, reset_step goes through them: the first
  // cursor is "0", and so is the last one that read_reset_step gives; none: it was an error.
  [[nodiscard]] virtual bool has_generations() const { return true; }
  [[nodiscard]] virtual ScriptCall reset_step(const RedisSpace& /*space*/, std::string_view /*cursor*/) const {
    return {};
  }
  [[nodiscard]] virtual std::optional<std::string> read_reset_step(const Value& /*reply*/) const { return {}; }

  // Whether units can be fetched ahead. `lease`: of a space with a lease_life; in a Cluster of one slot, as it is one
  // key.
  [[nodiscard]] virtual bool leases() const { return false; }
  [[nodiscard]] virtual ScriptCall lease(const RedisSpace& /*space*/, const LeaseAsk& /*ask*/) const { return {}; }
  [[nodiscard]] virtual std::optional<LeaseAnswer> read_lease(const RedisSpace& /*space*/,
                                                              const Value& /*reply*/) const {
    return std::nullopt;
  }

  // Whether windows may be counted in a process: what @upstash/ratelimit calls cachedFixedWindow.
  [[nodiscard]] virtual bool caches() const { return false; }

  // Whether processes tell each other what they have counted, beside the counters (store/records.hpp).
  [[nodiscard]] virtual bool keeps_records() const { return true; }

  // Exactly this key.
  [[nodiscard]] virtual ScriptCall reset(const RedisSpace& space, Key key, Instant now) const = 0;
};

}  // namespace weir::store::redis
