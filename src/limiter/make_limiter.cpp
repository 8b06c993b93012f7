// make_limiter.cpp: from a rule and its options to a limiter, or to what is wrong with them.
#include "limiter/limiter_impl.hpp"
#include "limiter/random_bits.hpp"
#include "limiter/run_time_settings.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <utility>

namespace weir {
namespace limiter {
namespace {

bool is_name_byte(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, is_name_byte);
}

// No other limiter's, in this process or another that shares the store: a named one has no '#'.
std::string prefix_of_its_own() {
  static const std::string process = random_id();
  static std::atomic<std::uint64_t> last{0};
  return "weir:#" + process + "-" + std::to_string(++last);
}

}  // namespace

std::expected<void, std::string> leasable(const store::Store& store, const Rule& rule) {
  if (!store.leases()) return std::unexpected("mode lease is for stores in Redis, in layout weir");
  switch (rule.algorithm) {
    case Algorithm::fixed_window:
    case Algorithm::sliding_window:
    case Algorithm::token_bucket:
    case Algorithm::gcra:
      if (rule.period.kind() == Period::Kind::fixed) return {};
      return std::unexpected("mode lease is not for windows of the calendar");
    case Algorithm::unlimited:
      return {};
    default:
      return std::unexpected("mode lease is for fixed_window, sliding_window, token_bucket and gcra");
  }
}

std::expected<void, std::string> cacheable(const store::Store& store, const Rule& rule) {
  if (!store.caches()) return std::unexpected("mode cached is for stores in Redis, in layout upstash");
  if (rule.algorithm == Algorithm::fixed_window || rule.algorithm == Algorithm::unlimited) return {};
  return std::unexpected("mode cached is for fixed_window");
}

std::expected<void, std::string> same_use(const Rule& base, const Rule& other) {
  const auto held = [](const Rule& rule) { return rule.algorithm == Algorithm::concurrency; };
  if (other.algorithm != Algorithm::unlimited && held(base) != held(other)) {
    return std::unexpected("a concurrency limit and a rate can't stand in for each other");
  }
  return {};
}

std::expected<OpenRule, std::string> open_rule(store::Store& store, std::string_view prefix, const Rule& rule) {
  if (const auto valid = validate(rule); !valid) return std::unexpected(valid.error());
  if (rule.algorithm == Algorithm::unlimited) return OpenRule{rule, nullptr};
  try {
    return OpenRule{rule, store.open(prefix, rule)};
  } catch (const std::invalid_argument& refused) {  // the store's layout has no such rule
    return std::unexpected(std::string(refused.what()));
  }
}

}  // namespace limiter

using limiter::OpenRule;

Limiter::Impl::Impl(Options options, std::string key_prefix, OpenRule base)
    : clock(options.clock != nullptr ? options.clock : options.store->impl().clock),
      memory(options.store->impl().memory),
      space(base.space),
      store_handle(std::move(options.store)),
      handle(&store_handle->impl()),
      name(std::move(options.name)),
      prefix(std::move(key_prefix)),
      shadow(options.shadow),
      holds_only(base.rule.algorithm == Algorithm::concurrency),
      leased(options.mode == Mode::lease),
      cached(options.mode == Mode::cached),
      on_error(options.on_error),
      timeout(std::min(options.timeout.value_or(limiter::timeout_of(*handle->room)),
                       handle->room->timeout().value_or(store::Nanos::max()))),
      rules(std::move(base)),
      cache(handle->room->immediate() ? nullptr : std::make_unique<limiter::RejectionCache>(options.rejection_cache)),
      local(handle->outage == nullptr
                ? nullptr
                : std::make_unique<limiter::LocalLimits>(handle->outage, prefix, options.local_share)) {}

std::expected<Limiter, std::string> Limiter::make(const Rule& rule, Options options) {
  if (!options.name.empty() && !limiter::is_name(options.name)) {
    return std::unexpected("the name '" + options.name.substr(0, 64) + "' must be 1 to 64 of A-Z a-z 0-9 . _ -");
  }
  if (options.timeout.value_or(store::Nanos(1)) <= store::Nanos::zero()) {
    return std::unexpected("the timeout must be above 0");
  }
  if (!(options.local_share >= 0 && options.local_share <= 1)) {
    return std::unexpected("the local share must be between 0 and 1");
  }
  if (options.store == nullptr) options.store = default_store();
  const bool has_keys_of_its_own = options.prefix.empty() && options.name.empty();
  std::string prefix = !options.prefix.empty() ? options.prefix
                       : options.name.empty()  ? limiter::prefix_of_its_own()
                                               : "weir:" + options.name;
  store::Store& room = *options.store->impl().room;
  auto base = limiter::open_rule(room, prefix, rule);
  if (!base) return std::unexpected(base.error());
  if (options.mode == Mode::lease) {
    if (const auto can = limiter::leasable(room, rule); !can) return std::unexpected(can.error());
  }
  if (options.mode == Mode::cached) {
    if (const auto can = limiter::cacheable(room, rule); !can) return std::unexpected(can.error());
  }

  const std::vector<Override> overrides = std::move(options.overrides);
  const std::vector<std::string> allow = std::move(options.allow);
  const std::vector<std::string> deny = std::move(options.deny);
  auto impl = std::make_shared<Impl>(std::move(options), std::move(prefix), *std::move(base));
  for (const auto& [pattern, other] : overrides) {
    auto opened = limiter::open_rule(room, impl->prefix, other);
    if (!opened) return std::unexpected("override '" + pattern + "': " + opened.error());
    if (const auto fits = limiter::same_use(rule, other); !fits) return std::unexpected(fits.error());
    if (const auto added = impl->rules.add_override(pattern, *std::move(opened)); !added) {
      return std::unexpected(added.error());
    }
  }
  for (const std::string& pattern : allow) {
    if (const auto added = impl->rules.add_allow(pattern); !added) return std::unexpected(added.error());
  }
  for (const std::string& pattern : deny) {
    if (const auto added = impl->rules.add_deny(pattern); !added) return std::unexpected(added.error());
  }
  impl->change([](limiter::KeyRules&) { return true; });
  limiter::share_settings(impl, has_keys_of_its_own);
  return Limiter(std::move(impl));
}

Limiter::Limiter(const Rule& rule, Options options) {
  auto made = make(rule, std::move(options));
  if (!made) throw std::invalid_argument(made.error());
  *this = *std::move(made);
}

Limiter::Limiter(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Limiter::Limiter(Limiter&&) noexcept = default;
Limiter& Limiter::operator=(Limiter&&) noexcept = default;
Limiter::~Limiter() = default;

const std::string& Limiter::name() const { return impl_->name; }
bool Limiter::shadow() const { return impl_->shadow; }
const std::shared_ptr<Store>& Limiter::store() const { return impl_->store_handle; }

}  // namespace weir
