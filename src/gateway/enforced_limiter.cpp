#include "gateway/enforced_limiter.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace weir::gateway {

namespace {

// The limiter's pattern language: `\` makes the next character plain.
std::string pattern_text(const config::Pattern& pattern) {
  if (pattern.kind == config::Pattern::Kind::regex) {
    throw std::runtime_error("regular expressions (~" + pattern.text + ") are not available in the gateway yet");
  }
  if (pattern.kind != config::Pattern::Kind::exact) return pattern.text;
  std::string escaped;
  for (const char c : pattern.text) {
    if (c == '*' || c == '?' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::vector<std::string> pattern_texts(const std::vector<config::Pattern>& patterns) {
  std::vector<std::string> texts;
  texts.reserve(patterns.size());
  for (const config::Pattern& pattern : patterns) texts.push_back(pattern_text(pattern));
  return texts;
}

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

}  // namespace

Limiter enforced_limiter(const config::Limit& limit, const config::Store& settings, std::shared_ptr<Store> store) {
  Options options;
  options.name = limit.name;
  options.store = std::move(store);
  options.prefix = limit.prefix;
  options.shadow = limit.shadow;
  for (const auto& [pattern, rule] : limit.overrides) options.overrides.push_back({pattern_text(pattern), rule});
  options.allow = pattern_texts(limit.allow);
  options.deny = pattern_texts(limit.deny);
  options.on_error = on_error(settings.on_error);
  options.timeout = settings.timeout;
  options.rejection_cache = static_cast<std::size_t>(std::max<std::int64_t>(settings.rejection_cache, 0));
  return Limiter(limit.rule, std::move(options));
}

}  // namespace weir::gateway
