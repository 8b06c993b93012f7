// store.hpp: where the counters live, as the limiter sees it.
//
// A Store opens a Space for each rule, and decides Checks against spaces: all checks of a call pass, or nothing is
// charged. The memory store (memory/) answers before it returns; a remote one calls back later.
#pragma once

#include "limits/verdict.hpp"
#include "store/once.hpp"
#include "store/records.hpp"
#include "store/settings.hpp"

#include <weir/key.hpp>
#include <weir/rule.hpp>
#include <weir/store_health.hpp>

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store {

using limits::Nanos;
using limits::Verdict;

// The keys of one rule. Two rules share counters iff prefix, algorithm, period and anchor are the same: a changed
// count or burst keeps what was counted, anything else starts afresh. Immutable but for `reset_all`; made by a store.
class Space {
 public:
  virtual ~Space() = default;
  [[nodiscard]] const Rule& rule() const { return rule_; }

 protected:
  explicit Space(const Rule& rule) : rule_(rule) {}

 private:
  Rule rule_;
};

struct Check {
  const Space* space = nullptr;  // of the store that is asked
  Key key = std::string_view{};
  std::int64_t cost = 1;       // |cost| < 2^53; 0 asks and charges nothing, below 0 refunds
  bool hold = false;           // kept in the ledger under the call's id until settled; concurrency always is
  std::string_view request{};  // what it is called by a store that keeps requests one by one; lives as the key does
};

// One decision over several checks.
struct Call {
  std::span<const Check> checks;  // at most 64; their keys live until the call is answered
  Instant now{};                  // the caller's clock; a remote store may decide by its own
  std::string_view id{};          // the same id again gets the same answer; needed when a check holds
  Nanos lease{0};                 // of what is held, > 0 when a check holds
  bool once = false;              // neither a refusal nor what has been settled need be remembered under the id
  Nanos memory = std::chrono::minutes(10);  // how long the id is worth remembering, beside what is held
  std::string_view attempt{};               // never the same again; of a remote store, so that it can undo its own part
};

enum class Status : std::uint8_t {
  decided,
  repeated,  // this id was answered before; the verdicts are those of the first time
  conflict,  // this id was used for other checks
  timeout,   // no answer in time: nothing is known
  down,      // the store can't be reached
  full,      // the ledger or a queue is at its bound: nothing was charged
};

// The units that each request has taken, by its name.
using Requests = std::map<std::string, std::int64_t>;

struct Answer {
  Status status = Status::decided;
  std::vector<Verdict> verdicts;  // one a check, in order; all of them are evaluated even when one refuses
  // Of a store that keeps requests one by one: what it knows of each check's key and window now; none where it does
  // not say.
  std::vector<std::shared_ptr<const Requests>> known{};
};

enum class SettleError : std::uint8_t {
  unknown,   // no such id, or it is forgotten
  conflict,  // it was settled before with another amount
  down,
};
using Settled = std::expected<void, SettleError>;

// Units that a key is charged whatever is left: what passed while the store could not be asked.
struct Charge {
  Key key = std::string_view{};
  std::int64_t units = 0;  // becomes debt where it does not fit; below 0: given back, never more than is used
};

// What a store that keeps requests one by one is told of one of them.
struct Amendment {
  enum class What : std::uint8_t {
    fill,  // it took so many units, unless it is known here
    put,   // it took so many
    drop,  // it took nothing
  };
  Key key = std::string_view{};
  Instant at{};  // in its window
  std::string_view request{};
  std::int64_t units = 0;
  What what = What::fill;
};

class Store {
 public:
  virtual ~Store() = default;

  // `name` is the limit's prefix. The rule must be valid. Safe from any thread.
  [[nodiscard]] virtual std::shared_ptr<const Space> open(std::string_view name, const Rule& rule) = 0;

  // True when every call is answered before it returns.
  [[nodiscard]] virtual bool immediate() const = 0;

  // The longest that it takes to answer; none: it does not say.
  [[nodiscard]] virtual std::optional<Nanos> timeout() const { return std::nullopt; }

  // True in the thread that brings its answers: who waited for one there would wait for itself.
  [[nodiscard]] virtual bool answers_in_this_thread() const { return false; }

  [[nodiscard]] virtual StoreHealth health() const { return {}; }

  // `done` is called exactly once: inline by an immediate store and by any that is full, else on the store's executor.
  virtual void decide(const Call& call, std::move_only_function<void(Answer)> done) = 0;

  // Settles each part of a reservation with what was really used, >= 0; `amounts` has one number for each held check,
  // or one for all. Id and amounts, here and below, and a key to reset are read before the call returns. Less than
  // held: the rest goes back to the window it was held in; more: the excess is charged now, as debt if need be. Applies
  // once; the same amounts again succeed.
  virtual void settle(std::string_view id, std::span<const std::int64_t> amounts, Instant now,
                      std::move_only_function<void(Settled)> done) = 0;
  // Moves the end of a live reservation's lease to now + lease; `unknown` when it has ended.
  virtual void renew(std::string_view id, Nanos lease, Instant now, std::move_only_function<void(Settled)> done) = 0;

  // Clears count, debt and what open reservations would give back. The space lives until `done`.
  virtual void reset(const Space& space, Key key, Instant now, std::move_only_function<void(Settled)> done) = 0;
  virtual void reset_all(const Space& space, Instant now, std::move_only_function<void(Settled)> done) = 0;

  // Charges each key for itself, by force; saturates. Not for concurrency, whose keys are left alone. Space, charges
  // and their keys live until `done`, which says `decided`, or `down` or `full` when nothing was charged, or `timeout`
  // when that is not known. A store that can't do it keeps this default, which forgets what was granted without it.
  virtual void charge(const Space& /*space*/, std::span<const Charge> /*charges*/, Instant /*now*/,
                      std::move_only_function<void(Status)> done) {
    done(Status::decided);
  }

  // Whether requests are kept one by one, by their names, instead of counted: then stores that know different ones can
  // be brought together. Space, amendments and what they name live until `done`, which says `decided` or why some of
  // them were not made; to make one again does no harm.
  [[nodiscard]] virtual bool keeps_requests() const { return false; }
  virtual void amend(const Space& /*space*/, std::span<const Amendment> /*amendments*/, Instant /*now*/,
                     std::move_only_function<void(Status)> done) {
    done(Status::decided);
  }

  // Whether shares of a limit can be fetched ahead. Then take_leased spends from the share of a key, if there is one
  // with so many units; else it returns nothing, and the caller decides as ever. Either way it is seen what the key
  // uses and a share is fetched when it is worth it. `cost` > 0. untake_leased: what was taken a moment ago is not
  // spent.
  [[nodiscard]] virtual bool leases() const { return false; }
  [[nodiscard]] virtual std::optional<Verdict> take_leased(const Space& /*space*/, Key /*key*/, std::int64_t /*cost*/) {
    return std::nullopt;
  }
  virtual void untake_leased(const Space& /*space*/, Key /*key*/, std::int64_t /*cost*/) {}

  // Whether windows can be counted in this process and charged behind the answer: fast, and not exact. Then take_cached
  // decides a call of one check by what is known here, if anything is; else the caller decides as ever, and what it is
  // answered is known from then on. `cost` > 0.
  [[nodiscard]] virtual bool caches() const { return false; }
  [[nodiscard]] virtual std::optional<Verdict> take_cached(const Space& /*space*/, Key /*key*/, std::int64_t /*cost*/,
                                                           Instant /*now*/) {
    return std::nullopt;
  }

  // What its users share beside counters; none: what is set at run time stays in this process.
  [[nodiscard]] virtual std::shared_ptr<Settings> settings() { return nullptr; }
  // What one of all its processes may do; none: this process is alone.
  [[nodiscard]] virtual std::shared_ptr<Once> once() { return nullptr; }
  // What its processes tell each other; none: this process is alone, or the layout has no place for it.
  [[nodiscard]] virtual std::shared_ptr<Records> records() { return nullptr; }
  // How many processes use it, as last seen; at least 1.
  [[nodiscard]] virtual std::uint32_t instances() const { return 1; }
};

}  // namespace weir::store
