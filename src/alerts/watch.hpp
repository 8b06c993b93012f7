// watch.hpp: one alert of one limit. Sees each decision and says which of them crosses.
//
// A crossing of a share is told once a key and window: until the window's end where windows have one (fixed_window),
// else for as long as a window is. Refusals are counted a key in windows of `per` since the Unix epoch; the one that
// makes the number full is the crossing. What is remembered of keys is bounded: of more than about ten thousand keys
// that cross in one window some may be told again.
#pragma once

#include "alerts/recent_keys.hpp"
#include "alerts/terms.hpp"
#include "store/memory/key_hash.hpp"

#include <weir/decision.hpp>
#include <weir/key.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace weir::alerts {

struct Crossing {
  std::int64_t used = 0;      // units of the limit, after the decision
  std::int64_t capacity = 0;  // 0: it has none
  Instant reset{};
  Instant at{};
  std::optional<Instant>
      window{};  // which window it is in, the same in every process; none: it began with the crossing
  std::chrono::nanoseconds lasts{};  // how long nobody shall tell it again, > 0
};

class Watch {
 public:
  explicit Watch(Terms terms);
  // Goes on with what the one before knows, where both wait for the same.
  Watch(Terms terms, const Watch& before);

  [[nodiscard]] const Terms& terms() const { return *terms_; }
  [[nodiscard]] const std::shared_ptr<const Terms>& shared_terms() const { return terms_; }

  // `refused`: by this limit, or would have been in shadow mode. From any thread; some nanoseconds where nothing is
  // crossed, some tens where the key has been told.
  [[nodiscard]] std::optional<Crossing> see(const Decision& decision, bool refused, Key key,
                                            Instant now) const noexcept;

 private:
  struct Known {
    store::KeyHash hash;
    RecentKeys keys;
  };

  [[nodiscard]] std::optional<Crossing> see_share(const Decision& decision, Key key, Instant now) const noexcept;
  [[nodiscard]] std::optional<Crossing> see_refusal(const Decision& decision, Key key, Instant now) const noexcept;

  std::shared_ptr<const Terms> terms_;
  std::shared_ptr<Known> known_;
};

}  // namespace weir::alerts
