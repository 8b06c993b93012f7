#include "store/redis/native/lease.hpp"

#include "store/redis/leases/lease_share.hpp"
#include "store/redis/native/key_name.hpp"
#include "store/redis/native/scripts.hpp"
#include "store/redis/native/verdicts.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace weir::store::redis::native {

using std::chrono::microseconds;

ScriptCall lease_call(const NativeSpace& space, const LeaseAsk& ask) {
  ScriptCall call{.script = &Scripts::lease(), .keys = {key_name(space.prefix(), ask.key)}, .arguments = {}};
  std::vector<std::string>& arguments = call.arguments;
  arguments.push_back(space.value_tag());
  arguments.push_back(std::to_string(space.generation().load()));
  arguments.insert(arguments.end(), space.words().begin(), space.words().end());
  arguments.push_back(std::to_string(ask.want));
  arguments.push_back(std::to_string(least_share));
  arguments.push_back(std::to_string(2 * std::int64_t{std::max<std::uint32_t>(ask.instances, 1)}));
  arguments.push_back(std::to_string(space.lease_life() / microseconds(1)));
  arguments.emplace_back(ask.holder);
  for (const LeaseReturn& back : ask.back) {
    arguments.push_back(std::to_string(back.units));
    arguments.push_back(std::to_string(back.receipt.held_at));
    arguments.push_back(back.receipt.stamp);
    arguments.push_back(back.receipt.state);
  }
  return call;
}

std::optional<LeaseAnswer> lease_answer(const NativeSpace& space, const Value& reply) {
  if (reply.type != Value::Type::text) return std::nullopt;
  Fields fields(reply.text);
  Found head(fields.next());
  const std::int64_t micros = head.next();
  LeaseAnswer answer;
  answer.units = head.next();
  answer.life = Nanos(limits::saturated(limits::Wide{head.next()} * 1000));
  answer.receipt.held_at = micros;
  answer.receipt.stamp = fields.next();
  const std::string_view state = fields.next();
  if (!head.at_end() || fields.more() || answer.units < 0 || answer.life < Nanos(0)) return std::nullopt;
  answer.receipt.state = state;
  const std::string told = "1 " + answer.receipt.state;
  Found found(told);
  answer.seen = read_check(space.decider(), at_micros(micros), 0, 0, found).rest;
  if (!found.at_end()) return std::nullopt;
  return answer;
}

}  // namespace weir::store::redis::native
