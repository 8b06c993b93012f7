#include "store/redis/upstash/deny_list.hpp"

#include "store/redis/layout/script_text.hpp"
#include "store/redis/upstash/keys.hpp"

namespace weir::store::redis::upstash {

ScriptCall deny_call(std::string_view prefix, std::span<const std::string_view> members) {
  static const Script script = Script::of("upstash_deny_list", std::string(script_text("upstash_deny_list")));
  return {.script = &script,
          .keys = {deny_list_key(prefix), ip_deny_list_status_key(prefix)},
          .arguments = {members.begin(), members.end()}};
}

std::optional<DenyAnswer> read_denied(const Value& reply, std::size_t members) {
  if (reply.type != Value::Type::array || reply.items.size() != 2) return std::nullopt;
  const Value& flags = reply.items[0];
  const Value& due = reply.items[1];
  if (flags.type != Value::Type::array || flags.items.size() != members) return std::nullopt;
  if (due.type != Value::Type::integer) return std::nullopt;
  DenyAnswer answer{.denied = {}, .ip_list_is_due = due.integer == 1};
  for (const Value& flag : flags.items) answer.denied.push_back(flag.integer == 1);
  return answer;
}

}  // namespace weir::store::redis::upstash
