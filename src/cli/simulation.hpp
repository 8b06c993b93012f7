// simulation.hpp: a config's limits in virtual time: each call decides at the time it names, by the same limiters as
// the gateway's, in a memory store of its own.
#pragma once

#include "cli/trace/call.hpp"
#include "cli/trace/key_list.hpp"
#include "config/config.hpp"
#include "limiter/key_set.hpp"

#include <weir/clock.hpp>
#include <weir/limiter.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir::cli {

struct Tally {
  std::uint64_t allowed = 0;  // what a limit lets pass because it does not apply or is a shadow included
  std::uint64_t limited = 0;
  std::uint64_t denied = 0;
  std::uint64_t shadowed = 0;  // of the allowed: a limit that is no shadow would have refused them
  std::int64_t cost = 0;       // charged; refunds subtract
};

struct LimitedKey {
  std::string_view limit;
  std::string_view key;
  std::uint64_t count = 0;  // of refusals
};

class Simulation {
 public:
  static constexpr std::size_t most_limited_keys = 1'000'000;  // that are counted each for itself, of a limit

  // The error is a sentence that says what can't be simulated. `config` must outlive it.
  [[nodiscard]] static std::expected<std::unique_ptr<Simulation>, std::string> make(const config::Config& config);

  struct Outcome {
    const config::Limit* limit = nullptr;
    std::string_view key;  // as the limit knows it; holds as long as the call does
    std::int64_t cost = 0;
    Decision decision;
  };
  // The error is a sentence that says why this call fits no limit.
  [[nodiscard]] std::expected<Outcome, std::string> decide(const trace::Call& call);

  struct OfLimit {
    const config::Limit* limit;
    const Tally* tally;
  };
  [[nodiscard]] std::vector<OfLimit> tallies() const;                    // in the file's order
  [[nodiscard]] std::vector<LimitedKey> top(std::size_t count) const;    // the most limited first
  [[nodiscard]] bool counted_every_key() const { return !overflowed_; }  // by itself; false: see most_limited_keys

  // Living keys that the memory store forgot at `store.max_keys`: beyond it, the gateway does the same.
  [[nodiscard]] std::uint64_t forgotten() const;

  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  [[nodiscard]] Instant first() const { return first_; }  // the earliest time of a call
  [[nodiscard]] Instant last() const { return last_; }
  [[nodiscard]] bool went_backwards() const { return backwards_; }  // a call came before the one before it

 private:
  class VirtualClock final : public Clock {
   public:
    [[nodiscard]] Instant now() noexcept override { return now_; }
    void set(Instant now) { now_ = now; }

   private:
    Instant now_{};
  };

  struct KeyHash {
    using is_transparent = void;
    std::uint64_t seed;
    std::size_t operator()(std::string_view key) const;
  };

  struct One {
    One(const config::Limit& of, Limiter decides, std::uint64_t seed);
    const config::Limit* config;
    Limiter limiter;
    limiter::KeySet only;
    Tally tally;
    std::unordered_map<std::string, std::uint64_t, KeyHash, std::equal_to<>> limited;
  };

  Simulation() = default;
  [[nodiscard]] std::expected<One*, std::string> limit_of(std::string_view name);
  [[nodiscard]] std::expected<std::string_view, std::string> key_of(const One& one, const trace::Call& call);
  void count(One& one, std::string_view key, std::int64_t cost, const Decision& decision);
  void note_time(Instant time);

  VirtualClock clock_;
  std::shared_ptr<Store> store_;
  std::vector<std::unique_ptr<One>> limits_;
  std::unordered_map<std::string_view, One*> by_name_;
  std::vector<std::string_view> held_;  // the names of concurrency limits
  One* latest_ = nullptr;               // that a call named
  trace::KeyList list_;
  std::uint64_t calls_ = 0;
  Instant first_{};
  Instant last_{};
  Instant before_{};
  bool backwards_ = false;
  bool overflowed_ = false;
};

}  // namespace weir::cli
