// limiter.hpp: a rule that is enforced. `limiter.limit("user:42")` is the whole of it for most people.
#pragma once

#include <weir/clock.hpp>
#include <weir/decision.hpp>
#include <weir/export.hpp>
#include <weir/key.hpp>
#include <weir/reservation.hpp>
#include <weir/rule.hpp>
#include <weir/store.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// Who decides when a remote store does not answer.
enum class OnError : std::uint8_t {
  local,  // a memory limiter of this process
  allow,
  deny,
};

// Where a call is decided when the store is remote.
enum class Mode : std::uint8_t {
  exact,  // in the store, each of them
  // A share of the limit is fetched ahead and spent here, without a round trip, where the key is busy and much is
  // left; else as `exact`. Never more than the limit over all processes; a process that dies takes its share along,
  // which is lost until the window's end. For fixed_window, sliding_window, token_bucket and gcra in Redis, layout
  // weir.
  lease,
  // Counted in this process from a key's first call in a window on, and charged in the store behind the answer: as fast
  // as memory, and not exact, as what others count is seen only when an answer comes back. What @upstash/ratelimit
  // calls cachedFixedWindow. For fixed_window in Redis, layout upstash; calls over several limits are decided in the
  // store.
  cached,
};

// Patterns, here and below, pick keys by their text: a value, an address or a CIDR (10.0.0.0/8, 2001:db8::/32), a glob
// with `*` and `?`, or `~` and a regular expression of RE2's, which matches when it is found anywhere in the key
// (anchor it with ^ and $). `\` before `*`, `?`, `~` and `\` makes them plain. A number is matched by its decimal text.
struct Override {
  std::string pattern;
  Rule rule;
};

struct Options {
  std::string name{};                 // 1 to 64 of A-Z a-z 0-9 . _ -; none: a name and so counters of its own
  std::shared_ptr<Store> store{};     // none: the process-wide memory store
  Clock* clock = nullptr;             // must outlive the limiter; none: the store's, else the system's
  std::string prefix{};               // of its keys in the store; none: weir:NAME
  bool shadow = false;                // decide and count, never refuse
  std::vector<Override> overrides{};  // the exact value wins, then the longest CIDR, then the first of the others
  std::vector<std::string> allow{};   // patterns that are never limited
  std::vector<std::string> deny{};    // patterns that are always refused; stronger than `allow`
  Mode mode = Mode::exact;
  OnError on_error = OnError::local;
  // The part of each limit that this process grants by itself, `on_error` being local, while a remote store does not
  // answer: rounded down, at least 1 unit. 0: 1 / the number of processes last seen on the store.
  double local_share = 0;
  // A decision never waits longer for its store, nor longer than the store's own timeout; none: the store's.
  std::optional<std::chrono::nanoseconds> timeout{};
  std::size_t rejection_cache = 100'000;  // refusals of a remote store that are remembered; 0: off
};

struct CallOptions {
  std::int64_t cost = 1;
  std::string_view id{};  // makes a retry safe: the same id and call within 10 minutes get the first answer
};

// A rate in force.
struct Rate {
  Rule rule;
  bool runtime = false;  // set by set_rate, not by the constructor
};

struct DenyEntry {
  std::string pattern;
  std::optional<Instant> expires;  // none: never
};

class Limiter;

// One part of a decision over several limits.
struct Check {
  // NOLINTNEXTLINE(google-explicit-constructor): `{per_user, "u"}` is how people write it.
  Check(Limiter& of, Key whom, std::int64_t units = 1) : limiter(&of), key(whom), cost(units) {}
  Limiter* limiter;
  Key key;  // a view: its text must live as long as the call
  std::int64_t cost;
};

inline constexpr std::size_t max_checks = 64;  // of one call

// What several limits answered together.
struct AllOutcome {
  bool allowed = true;
  // 0 when allowed; else the largest of those that refused; none when one of them can't tell or never passes.
  std::optional<std::chrono::nanoseconds> retry_after{std::chrono::nanoseconds{0}};
  explicit operator bool() const { return allowed; }
};
struct AllDecision : AllOutcome {
  std::vector<Decision> decisions;  // one a check, in order
};

// Thread-safe: any number of threads may use one limiter. Movable, except while it is in use. Nothing here throws
// because of a store; std::logic_error and its kind say that the program is wrong.
//
// Costs: |cost| < 2^53. 0 asks and charges nothing (allowed when anything is left); below 0 refunds, never above the
// limit; more than the limit is refused as `cost_above_limit`. A refused call charges nothing.
class WEIR_API Limiter {
 public:
  // Throws std::invalid_argument when the rule, a name or a pattern can't be used; the message says why.
  explicit Limiter(const Rule& rule, Options options = {});
  // The same without throwing; the error is that message.
  [[nodiscard]] static std::expected<Limiter, std::string> make(const Rule& rule, Options options = {});
  Limiter(Limiter&&) noexcept;
  Limiter& operator=(Limiter&&) noexcept;
  ~Limiter();

  // Decides and charges. With the memory store: tens of nanoseconds, no allocation. With a remote store: waits at
  // most `timeout`, then `on_error` decides; not from the thread that runs the store's executor (std::logic_error). On
  // a concurrency limit: std::logic_error, hold a reservation instead.
  Decision limit(Key key, std::int64_t cost = 1);
  Decision limit(Key key, const CallOptions& options);
  // Each key for itself, in order, as so many calls of limit(): decisions[i] is keys[i]'s. With the memory store the
  // keys' memory is fetched together and the clock read once, which costs a fraction of single calls when there are
  // many keys. std::length_error when the two are not of one length.
  void limit_many(std::span<const Key> keys, std::span<Decision> decisions, std::int64_t cost = 1);
  // What limit() would find, without charging.
  [[nodiscard]] Decision remaining(Key key);
  // Sleeps until the call passes. Returns the refusal at once when it can't pass before the timeout's end; never
  // sleeps beyond that.
  Decision block_until_ready(Key key, std::chrono::nanoseconds timeout, std::int64_t cost = 1);

  // Holds `amount` (>= 0) until it is settled; the refusal when there is not enough. An id that was used for another
  // amount or limit is refused as `id_conflict`.
  [[nodiscard]] std::expected<Reservation, Decision> reserve(Key key, std::int64_t amount,
                                                             const ReserveOptions& options = {});

  // Forgets count, debt and cached refusals; open reservations will give nothing back. `down` when a remote store did
  // not answer in time.
  Settled reset(Key key);
  Settled reset_all();

  // Rates at run time. For a key: set_rate(key), then `overrides`, then set_rate for all, then the constructor's rule.
  // A changed count or burst keeps what was counted. The error says what is wrong with the rule, or that 100,000 keys
  // have a rate of their own.
  std::expected<void, std::string> set_rate(const Rule& rule);
  std::expected<void, std::string> set_rate(Key key, const Rule& rule);
  bool clear_rate();  // false when there was none
  bool clear_rate(Key key);
  [[nodiscard]] Rate rate() const;
  [[nodiscard]] Rate rate(Key key) const;

  // The deny list at run time: at most 100,000 entries. The error says what is wrong with the pattern.
  std::expected<void, std::string> deny(std::string_view pattern,
                                        std::optional<std::chrono::nanoseconds> ttl = std::nullopt);
  bool undeny(std::string_view pattern);  // false when there was no such entry
  [[nodiscard]] std::vector<DenyEntry> denied() const;

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] bool shadow() const;
  [[nodiscard]] const std::shared_ptr<Store>& store() const;

  // Asynchronous, by Boost.Asio completion tokens (callbacks, use_future, use_awaitable ...): include <weir/asio.hpp>.
  // The key is copied. The handler runs on its associated executor, never inside the call.
  template <class Token>  // void(Decision)
  auto async_limit(Key key, Token&& token);
  template <class Token>
  auto async_limit(Key key, std::int64_t cost, Token&& token);
  template <class Token>  // void(Decision)
  auto async_remaining(Key key, Token&& token);
  template <class Token>  // void(std::expected<Reservation, Decision>)
  auto async_reserve(Key key, std::int64_t amount, const ReserveOptions& options, Token&& token);
  template <class Token>  // void(Settled)
  auto async_reset(Key key, Token&& token);
  template <class Token>
  auto async_reset_all(Token&& token);
  template <class Token>  // void(boost::system::error_code, Decision); cancellation gives operation_aborted
  auto async_block_until_ready(Key key, std::chrono::nanoseconds timeout, Token&& token);
  template <class Token>
  auto async_block_until_ready(Key key, std::chrono::nanoseconds timeout, std::int64_t cost, Token&& token);

  struct WEIR_LOCAL Impl;
  explicit Limiter(std::shared_ptr<Impl> impl) noexcept;  // for the library's own use
  [[nodiscard]] const std::shared_ptr<Impl>& impl() const { return impl_; }

 private:
  std::shared_ptr<Impl> impl_;
};

// All or nothing: every limit passes, or nothing is charged. At most 64 checks, else std::length_error. On a refusal
// all of them are evaluated. A shadow limit never refuses, and is charged only what it would have allowed, and nothing
// when a real one refuses. A denied call charges nothing.
//
// Limits on one store are decided in one atomic step. Over several stores they are charged one store after the other
// and given back when one refuses: that never admits too much, but may refuse another call for a moment.
//
// `id` makes a retry safe, as in CallOptions; it needs all limits on one store, else std::invalid_argument.
WEIR_API AllDecision limit_all(std::span<const Check> checks, std::string_view id = {});
inline AllDecision limit_all(std::initializer_list<Check> checks, std::string_view id = {}) {
  return limit_all(std::span<const Check>(checks.begin(), checks.size()), id);
}
// The same without allocating on the memory store: writes one decision a check into `decisions`, which must be as long.
WEIR_API AllOutcome limit_all(std::span<const Check> checks, std::span<Decision> decisions, std::string_view id = {});

// Holds all of the amounts under one id, or none: then what limit_all would have answered.
[[nodiscard]] WEIR_API std::expected<Reservation, AllDecision> reserve_all(std::span<const Check> checks,
                                                                           const ReserveOptions& options = {});
[[nodiscard]] inline std::expected<Reservation, AllDecision> reserve_all(std::initializer_list<Check> checks,
                                                                         const ReserveOptions& options = {}) {
  return reserve_all(std::span<const Check>(checks.begin(), checks.size()), options);
}

template <class Token>  // void(AllDecision); include <weir/asio.hpp>
auto async_limit_all(std::span<const Check> checks, Token&& token);
template <class Token>
auto async_limit_all(std::initializer_list<Check> checks, Token&& token);

}  // namespace weir
