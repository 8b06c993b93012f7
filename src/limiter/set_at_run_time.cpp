// set_at_run_time.cpp: rates and deny entries of a limiter, for callers who wait until they act.
#include "limiter/ask_and_wait.hpp"
#include "limiter/run_time_settings.hpp"

#include <weir/limiter.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace weir {
namespace limiter {

namespace {

// Settings give up after a second; this is for an executor that nobody runs.
constexpr std::chrono::milliseconds longest_wait{1500};

}  // namespace

SetResult set_and_wait(const store::Store& store, std::move_only_function<void(OnSet)> set) {
  return ask_and_wait<SetResult>(store, longest_wait, std::move(set),
                                 std::unexpected(NotSet{.store_down = true, .sentence = "the store does not answer"}));
}

std::optional<Elsewhere> set_elsewhere(const Limiter& of) {
  const Limiter::Impl& limiter = *of.impl();
  if (limiter.settings == nullptr) return Elsewhere{};
  using Told = std::expected<store::SetElsewhere, store::SettingsError>;
  Told told = ask_and_wait<Told>(
      limiter.room(), longest_wait,
      [&](store::OnElsewhere done) { limiter.settings->look_elsewhere(limiter.prefix, std::move(done)); },
      std::unexpected(store::SettingsError::down));
  if (!told) return std::nullopt;
  Elsewhere elsewhere{.denied = std::move(told->denied)};
  const Rate rate = of.rate();
  if (told->capacity && !rate.runtime && rate.rule.algorithm != Algorithm::unlimited) {
    elsewhere.rate = rate.rule;
    const bool bucket =
        rate.rule.algorithm == Algorithm::token_bucket || rate.rule.algorithm == Algorithm::interval_bucket;
    (bucket ? elsewhere.rate->burst : elsewhere.rate->count) = *told->capacity;
  }
  return elsewhere;
}

}  // namespace limiter

namespace {

using limiter::SetResult;

SetResult set_and_wait(const Limiter& of, std::move_only_function<void(limiter::OnSet)> set) {
  if (of.impl()->settings != nullptr) return limiter::set_and_wait(of.impl()->room(), std::move(set));
  SetResult result;  // answered within the call
  set([&result](SetResult answer) { result = std::move(answer); });
  return result;
}

std::expected<void, std::string> sentence_of(SetResult result) {
  if (result) return {};
  return std::unexpected(std::move(result.error().sentence));
}

}  // namespace

std::expected<void, std::string> Limiter::set_rate(const Rule& rule) {
  return sentence_of(set_and_wait(*this, [&](auto done) { limiter::set_rate(*this, rule, std::move(done)); }));
}

std::expected<void, std::string> Limiter::set_rate(Key key, const Rule& rule) {
  return sentence_of(set_and_wait(*this, [&](auto done) { limiter::set_rate(*this, key, rule, std::move(done)); }));
}

bool Limiter::clear_rate() {
  return set_and_wait(*this, [&](auto done) { limiter::clear_rate(*this, std::move(done)); }).value_or(false);
}

bool Limiter::clear_rate(Key key) {
  return set_and_wait(*this, [&](auto done) { limiter::clear_rate(*this, key, std::move(done)); }).value_or(false);
}

Rate Limiter::rate() const { return impl_->rules.rate(); }
Rate Limiter::rate(Key key) const { return impl_->rules.rate_of(key, impl_->now()); }

std::expected<void, std::string> Limiter::deny(std::string_view pattern, std::optional<std::chrono::nanoseconds> ttl) {
  return sentence_of(set_and_wait(*this, [&](auto done) { limiter::deny(*this, pattern, ttl, std::move(done)); }));
}

bool Limiter::undeny(std::string_view pattern) {
  return set_and_wait(*this, [&](auto done) { limiter::undeny(*this, pattern, std::move(done)); }).value_or(false);
}

std::vector<DenyEntry> Limiter::denied() const { return impl_->rules.denied(impl_->now()); }

}  // namespace weir
