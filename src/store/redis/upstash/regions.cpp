#include "store/redis/upstash/regions.hpp"

#include "store/redis/upstash/decide.hpp"
#include "store/redis/upstash/keys.hpp"
#include "store/redis/upstash/scripts.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace weir::store::redis::upstash {

std::vector<ScriptCall> amend_calls(const UpstashSpace& space, std::span<const Amendment> amendments, Instant now) {
  constexpr std::array<std::string_view, 3> words{"fill", "put", "drop"};
  const Terms& terms = space.terms();
  const std::int64_t oldest = window_of(terms, now) - (terms.kind == Kind::sliding_window ? 1 : 0);
  std::map<std::string, ScriptCall> calls;  // by key
  for (const Amendment& amendment : amendments) {
    if (window_of(terms, amendment.at) < oldest) continue;
    std::string key = state_keys(space, identifier_of(amendment.key), amendment.at).front();
    ScriptCall& call = calls[key];
    if (call.script == nullptr) {
      call = {.script = &region_amend_script(), .keys = {std::move(key)}, .arguments = {}};
      call.arguments.push_back(std::to_string(counter_ttl(terms)));
    }
    call.arguments.emplace_back(words[static_cast<std::size_t>(amendment.what)]);
    call.arguments.emplace_back(amendment.request);
    call.arguments.push_back(std::to_string(amendment.units));
  }
  std::vector<ScriptCall> all;
  for (auto& [key, call] : calls) all.push_back(std::move(call));
  return all;
}

}  // namespace weir::store::redis::upstash
