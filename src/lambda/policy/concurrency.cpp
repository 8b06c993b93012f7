#include "lambda/policy/concurrency.hpp"

#include <algorithm>

namespace weir::lambda {

namespace {

using std::chrono::seconds;

constexpr seconds forgotten_after{60};
constexpr std::uint32_t period = 128;      // answers before a first probe
constexpr std::uint32_t least_round = 16;  // answers before another one

// Three throttles within some twenty answers are a ceiling that came down.
constexpr std::uint32_t heat_of_a_throttle = 32;
constexpr std::uint32_t too_hot = 80;

// Of a limit, in percent.
constexpr std::uint32_t kept_by_rate = 85;
constexpr std::uint32_t kept_by_snapshots = 95;
constexpr std::uint32_t kept_by_heat = 90;

constexpr bool tells_a_ceiling(ThrottleReason reason) noexcept {
  switch (reason) {
    case ThrottleReason::unknown:
    case ThrottleReason::concurrent_invocations:
    case ThrottleReason::reserved_concurrent_invocations:
      return true;
    default:
      return false;
  }
}

constexpr std::uint32_t part_of(std::uint32_t limit, std::uint32_t percent) noexcept {
  return static_cast<std::uint32_t>(std::uint64_t{limit} * percent / 100);
}

}  // namespace

Concurrency::Concurrency(Settings settings) noexcept
    : settings_{settings.mode, std::max(settings.most, 1U)}, limit_(settings_.most) {}

std::optional<Concurrency::Place> Concurrency::enter(Instant now) noexcept {
  if (settings_.mode == Mode::off) return Place{++in_flight_, round_};
  if (settings_.mode == Mode::adaptive && pressed_ && now - *pressed_ > forgotten_after) open();
  if (in_flight_ + 1 >= limit_) pressed_ = now;
  if (in_flight_ >= limit_) return std::nullopt;
  return Place{++in_flight_, round_};
}

void Concurrency::leave(const Place& place, Instant now, End end, ThrottleReason reason) noexcept {
  if (in_flight_ > 0) --in_flight_;
  if (settings_.mode != Mode::adaptive) return;
  if (end == End::throttled) {
    pressed_ = now;
    throttled(place, reason);
  } else if (end == End::answered) {
    answered(place);
  }
}

void Concurrency::throttled(const Place& place, ThrottleReason reason) noexcept {
  const bool ceiling = tells_a_ceiling(reason);
  const std::uint32_t below = std::max(place.ordinal, 2U) - 1;
  const std::uint32_t near = std::max(limit_ / 10, 2U);
  const bool far = ceiling && below + near < limit_;
  const bool is_news = place.round == round_;
  if (far && below < good_) {
    limit_ = good_ = below;
  } else if (ceiling && limit_ > good_) {
    limit_ = std::clamp(below, good_, is_news ? limit_ - 1 : limit_);
  } else if (ceiling && is_news) {
    limit_ -= 1;
  }
  if (far || is_news) unsure_ = far;
  if (!is_news) return;
  heat_ += heat_of_a_throttle;
  if (!ceiling)
    limit_ = part_of(limit_, reason == ThrottleReason::snapshot_creations ? kept_by_snapshots : kept_by_rate);
  if (ceiling && !far && heat_ > too_hot) limit_ = part_of(limit_, kept_by_heat);
  limit_ = std::max(limit_, 1U);
  settle();
}

void Concurrency::answered(const Place& place) noexcept {
  if (heat_ > 0) --heat_;
  if (place.round != round_) return;
  ++answers_;
  reached_ |= place.ordinal >= limit_;
  const std::uint32_t needed = step_ == 1 && !unsure_ ? period : std::clamp(limit_, least_round, period);
  if (!reached_ || answers_ < needed || limit_ >= settings_.most) return;
  good_ = limit_;
  limit_ = std::min(limit_ + step_, settings_.most);
  step_ = std::min(step_ * 2, std::max(limit_ / 2, 1U));
  answers_ = 0;
  reached_ = false;
}

void Concurrency::settle() noexcept {
  ++round_;
  good_ = std::min(good_, limit_);
  answers_ = 0;
  step_ = 1;
  reached_ = false;
}

void Concurrency::open() noexcept {
  limit_ = settings_.most;
  heat_ = 0;
  pressed_.reset();
  settle();
}

std::optional<std::uint32_t> Concurrency::limit() const noexcept {
  return settings_.mode == Mode::off ? std::nullopt : std::optional(limit_);
}

}  // namespace weir::lambda
