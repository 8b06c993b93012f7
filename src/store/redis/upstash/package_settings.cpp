#include "store/redis/upstash/package_settings.hpp"

#include "store/redis/layout/script_text.hpp"
#include "store/redis/upstash/keys.hpp"

#include <string>

namespace weir::store::redis::upstash {

ScriptCall package_settings_call(std::string_view prefix) {
  static const Script script = Script::of("upstash_settings", std::string(script_text("upstash_settings")));
  return {.script = &script,
          .keys = {dynamic_limit_key(prefix), deny_list_key(prefix), ip_deny_list_key(prefix)},
          .arguments = {std::to_string(max_told)}};
}

std::optional<SetElsewhere> read_package_settings(const Value& reply) {
  if (reply.type != Value::Type::array || reply.items.size() != 2) return std::nullopt;
  const Value& limit = reply.items[0];
  const Value& denied = reply.items[1];
  if (limit.type != Value::Type::text || denied.type != Value::Type::array) return std::nullopt;
  SetElsewhere set{.capacity = read_dynamic_limit(limit.text)};
  for (const Value& member : denied.items) set.denied.emplace_back(member.text);
  return set;
}

}  // namespace weir::store::redis::upstash
