#include "gateway/enforced_limiter.hpp"

#include "gateway/pattern_text.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace weir::gateway {

namespace {

OnError on_error(config::Store::OnError choice) {
  switch (choice) {
    case config::Store::OnError::local:
      return OnError::local;
    case config::Store::OnError::allow:
      return OnError::allow;
    case config::Store::OnError::deny:
      return OnError::deny;
  }
  return OnError::local;
}

Mode mode(config::Mode choice) {
  switch (choice) {
    case config::Mode::exact:
      return Mode::exact;
    case config::Mode::lease:
      return Mode::lease;
    case config::Mode::cached:
      return Mode::cached;
  }
  return Mode::exact;
}

}  // namespace

Limiter enforced_limiter(const config::Limit& limit, const config::Store& settings, std::shared_ptr<Store> store) {
  Options options;
  options.name = limit.name;
  options.store = std::move(store);
  options.prefix = limit.prefix;
  options.shadow = limit.shadow;
  options.mode = mode(limit.mode);
  for (const auto& [pattern, rule] : limit.overrides) options.overrides.push_back({pattern_text(pattern), rule});
  options.allow = pattern_texts(limit.allow);
  options.deny = pattern_texts(limit.deny);
  options.on_error = on_error(settings.on_error);
  options.timeout = settings.timeout;
  options.local_share = settings.local_share.value_or(0);
  options.rejection_cache = static_cast<std::size_t>(std::max<std::int64_t>(settings.rejection_cache, 0));
  return Limiter(limit.rule, std::move(options));
}

}  // namespace weir::gateway
