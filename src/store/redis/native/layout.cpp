#include "store/redis/native/layout.hpp"

#include "store/redis/layout/costs.hpp"
#include "store/redis/native/key_name.hpp"
#include "store/redis/native/lease.hpp"
#include "store/redis/native/scripts.hpp"
#include "store/redis/native/space.hpp"
#include "store/redis/native/verdicts.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace weir::store::redis {
namespace native {
namespace {

const NativeSpace& native(const Space& space) { return static_cast<const NativeSpace&>(space); }

// What a script may add up exactly; a cost beyond every limit stays beyond it.
constexpr limits::Wide least_total = -limits::Wide{max_count};
constexpr limits::Wide most_total = limits::Wide{max_count} + 2;

std::string micros_text(Nanos lease) {
  return std::to_string(limits::saturated(limits::divided_up(limits::Wide{std::max(lease, Nanos(0)).count()}, 1000)));
}

// A check, and what the script is told of it.
struct Asked {
  const NativeSpace* space;
  std::string name;
  std::int64_t before = 0;     // what earlier checks take from the same counter
  bool after_another = false;  // of the same key
  bool holds = false;
};

std::vector<Asked> asked(const Call& call) {
  std::vector<Asked> all;
  all.reserve(call.checks.size());
  for (std::size_t at = 0; at < call.checks.size(); ++at) {
    const Check& check = call.checks[at];
    const NativeSpace& space = native(*check.space);
    Asked one{.space = &space, .name = key_name(space.prefix(), check.key)};
    one.holds = check.hold || (space.rule().algorithm == Algorithm::concurrency && check.cost != 0);
    for (std::size_t earlier = 0; earlier < at; ++earlier) {
      if (all[earlier].name != one.name) continue;
      one.after_another = true;
      if (all[earlier].space->value_tag() == space.value_tag()) one.before += call.checks[earlier].cost;
    }
    all.push_back(std::move(one));
  }
  return all;
}

// The same id with another question is a conflict.
std::string question_of(const Call& call, std::span<const Asked> checks) {
  std::string text;
  const auto add = [&](std::string_view part) { text.append(std::to_string(part.size())).append(":").append(part); };
  for (std::size_t at = 0; at < checks.size(); ++at) {
    add(checks[at].name);
    add(checks[at].space->value_tag());
    add(std::to_string(call.checks[at].cost));
    text += checks[at].holds ? 'h' : 'c';
  }
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const std::uint64_t half : {hash.high64, hash.low64}) {
    for (int shift = 60; shift >= 0; shift -= 4) hex += digits[half >> shift & 15];
  }
  return hex;
}

class NativeLayout final : public Layout {
 public:
  NativeLayout(std::string_view name_space, Generations generations)
      : name_space_(name_space), generations_(std::move(generations)) {}

  std::shared_ptr<const Space> open(std::string_view prefix, const Rule& rule) override {
    return std::make_shared<NativeSpace>(rule, std::string(prefix), generation(prefix));
  }

  std::string tag(const RedisSpace& space, Key key, Instant) const override {
    return std::string(hash_tag(key_name(space.prefix(), key)));
  }

  ScriptCall each(const RedisSpace& space, std::span<const Ask> asks, Instant) const override {
    return call_each(space, asks, "0");
  }
  ScriptCall charge(const RedisSpace& space, std::span<const Ask> asks, Instant) const override {
    return call_each(space, asks, "1");
  }
  bool read_each(const RedisSpace& space, std::span<const Ask> asks, Instant now, const Value& reply,
                 std::span<Verdict> verdicts) const override;

  ScriptCall joint(const Call& call, std::string_view tag) const override {
    return call_joint(call, tag, call.once ? Mode::once : Mode::remembered);
  }
  std::expected<Answer, std::string> read_joint(const Call& call, const Value& reply) const override {
    return read_joint(call, reply, Mode::remembered);
  }
  ScriptCall look(const Call& call) const override { return call_joint(call, {}, Mode::look); }
  std::expected<Answer, std::string> read_look(const Call& call, const Value& reply) const override {
    return read_joint(call, reply, Mode::look);
  }

  ScriptCall settle(std::string_view id, std::string_view tag, std::span<const std::int64_t> amounts) const override {
    ScriptCall call{.script = &Scripts::settle(), .keys = {record_name(id, tag)}, .arguments = {}};
    for (const std::int64_t amount : amounts) call.arguments.push_back(std::to_string(amount));
    return call;
  }
  ScriptCall renew(std::string_view id, std::string_view tag, Nanos lease) const override {
    return {.script = &Scripts::renew(), .keys = {record_name(id, tag)}, .arguments = {micros_text(lease)}};
  }
  std::expected<Settled, std::string> read_settled(const Value& reply) const override;
  ScriptCall undo(std::string_view id, std::string_view tag, std::string_view attempt) const override {
    return {.script = &Scripts::undo(), .keys = {record_name(id, tag)}, .arguments = {std::string(attempt)}};
  }

  bool leases() const override { return true; }
  ScriptCall lease(const RedisSpace& space, const LeaseAsk& ask) const override {
    return lease_call(native(space), ask);
  }
  std::optional<LeaseAnswer> read_lease(const RedisSpace& space, const Value& reply) const override {
    return lease_answer(native(space), reply);
  }

  ScriptCall reset(const RedisSpace& space, Key key, Instant) const override {
    return {.script = &Scripts::reset(), .keys = {key_name(space.prefix(), key)}, .arguments = {}};
  }

 private:
  enum class Mode : std::uint8_t { remembered, once, look };  // as native_joint.lua numbers them

  [[nodiscard]] ScriptCall call_joint(const Call& call, std::string_view tag, Mode mode) const;
  [[nodiscard]] static std::expected<Answer, std::string> read_joint(const Call& call, const Value& reply, Mode mode);
  [[nodiscard]] std::string record_name(std::string_view id, std::string_view tag) const {
    std::string name = name_space_;
    return name.append(":id:{").append(tag).append("}").append(id);
  }
  [[nodiscard]] std::shared_ptr<std::atomic<std::int64_t>> generation(std::string_view prefix);
  [[nodiscard]] static ScriptCall call_each(const RedisSpace& space, std::span<const Ask> asks,
                                            std::string_view forced);

  std::string name_space_;
  Generations generations_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<std::atomic<std::int64_t>>, std::less<>> own_generations_;
};

std::shared_ptr<std::atomic<std::int64_t>> NativeLayout::generation(std::string_view prefix) {
  if (generations_) return generations_(prefix);
  const std::scoped_lock lock(mutex_);
  std::erase_if(own_generations_, [](const auto& one) { return one.second.expired(); });
  std::weak_ptr<std::atomic<std::int64_t>>& known = own_generations_[std::string(prefix)];
  std::shared_ptr<std::atomic<std::int64_t>> number = known.lock();
  if (number == nullptr) known = number = std::make_shared<std::atomic<std::int64_t>>(0);
  return number;
}

ScriptCall NativeLayout::call_each(const RedisSpace& space, std::span<const Ask> asks, std::string_view forced) {
  const NativeSpace& own = native(space);
  ScriptCall call{.script = &Scripts::each(own.rule().algorithm), .keys = {}, .arguments = {}};
  call.keys.reserve(asks.size());
  call.arguments.reserve(6 + asks.size());
  call.arguments.emplace_back(forced);
  call.arguments.push_back(own.value_tag());
  call.arguments.push_back(std::to_string(own.generation().load()));
  call.arguments.insert(call.arguments.end(), own.words().begin(), own.words().end());
  for (const Ask& ask : asks) call.keys.push_back(key_name(own.prefix(), ask.key));
  append_costs(asks, call.arguments);
  return call;
}

bool NativeLayout::read_each(const RedisSpace& space, std::span<const Ask> asks, Instant, const Value& reply,
                             std::span<Verdict> verdicts) const {
  if (reply.type != Value::Type::text) return false;
  Fields fields(reply.text);
  Found time(fields.next());
  const std::int64_t seconds = time.next();
  const Instant now = at_micros(limits::saturated(limits::Wide{seconds} * 1'000'000 + time.next()));
  if (!time.at_end()) return false;
  const Decider& decider = native(space).decider();
  for (const Ask& ask : asks) {
    if (verdicts.size() < ask.costs.size()) return false;
    if (!read_key(decider, now, ask.costs, fields, verdicts)) return false;
    verdicts = verdicts.subspan(ask.costs.size());
  }
  return !fields.more();
}

ScriptCall NativeLayout::call_joint(const Call& call, std::string_view tag, Mode mode) const {
  const std::vector<Asked> checks = asked(call);
  ScriptCall made{.script = &Scripts::joint(), .keys = {}, .arguments = {}};
  made.keys.reserve(checks.size() + 1);
  made.arguments.reserve(6 + checks.size() * 9);
  if (!call.id.empty()) made.keys.push_back(record_name(call.id, tag));
  made.arguments.push_back(call.id.empty() ? std::string() : question_of(call, checks));
  made.arguments.emplace_back(call.id);
  made.arguments.push_back(micros_text(call.lease));
  made.arguments.push_back(std::to_string(static_cast<int>(mode)));
  made.arguments.push_back(micros_text(call.memory));
  made.arguments.emplace_back(call.attempt);
  for (std::size_t at = 0; at < checks.size(); ++at) {
    const Asked& one = checks[at];
    const limits::Wide total = limits::Wide{one.before} + call.checks[at].cost;
    made.keys.push_back(one.name);
    made.arguments.push_back(one.space->value_tag());
    made.arguments.push_back(std::to_string(one.space->generation().load()));
    made.arguments.insert(made.arguments.end(), one.space->words().begin(), one.space->words().end());
    made.arguments.push_back(std::to_string(call.checks[at].cost));
    made.arguments.push_back(std::to_string(static_cast<std::int64_t>(std::clamp(total, least_total, most_total))));
    made.arguments.emplace_back(one.holds && mode != Mode::look ? "1" : "0");
    made.arguments.emplace_back(one.after_another ? "1" : "0");
  }
  return made;
}

std::expected<Answer, std::string> NativeLayout::read_joint(const Call& call, const Value& reply, Mode mode) {
  const auto wrong = [] { return std::unexpected(std::string("Redis answered what the script `joint` does not say")); };
  if (reply.type == Value::Type::error) return std::unexpected(std::string(reply.text));
  if (reply.type != Value::Type::text) return wrong();
  Found found(reply.text);
  const std::int64_t status = found.next();
  constexpr std::int64_t decided = 0;
  constexpr std::int64_t repetition = 1;
  constexpr std::int64_t conflict = 2;
  if (status == conflict && found.at_end()) {
    return Answer{.status = Status::conflict, .verdicts = std::vector<Verdict>(call.checks.size())};
  }
  if (status != decided && status != repetition) return wrong();
  const bool repeated = status == repetition;
  Answer answer{.status = repeated ? Status::repeated : Status::decided, .verdicts = {}};
  const Instant now = at_micros(found.next());
  const std::vector<Asked> checks = asked(call);
  std::vector<Judged> judged;
  bool charged = mode != Mode::look;
  for (std::size_t at = 0; at < checks.size(); ++at) {
    const NativeSpace& space = *checks[at].space;
    Decider decider = space.decider();
    if (repeated) {
      const std::int64_t first = found.next();
      const std::int64_t second = found.next();
      const Numbers then{first, second, found.next()};
      if (then != space.numbers()) {
        const auto rule_then = with_numbers(space.rule(), then);
        if (!rule_then) return wrong();
        decider = decider_of(*rule_then);
      }
    }
    judged.push_back(read_check(decider, now, checks[at].before, call.checks[at].cost, found));
    charged = charged && judged.back().alone.allowed();
  }
  if (!found.at_end()) return wrong();
  for (Judged& one : judged) {
    Verdict& verdict = answer.verdicts.emplace_back(one.alone);
    if (charged) continue;
    verdict.remaining = one.rest.remaining;  // nothing was charged: this is what is really left
    verdict.debt = one.rest.debt;
    verdict.reset = one.rest.reset;
  }
  return answer;
}

std::expected<Settled, std::string> NativeLayout::read_settled(const Value& reply) const {
  if (reply.type == Value::Type::error) return std::unexpected(std::string(reply.text));
  if (reply.type == Value::Type::integer) {
    switch (reply.integer) {
      case 0:
        return Settled{};
      case 1:
        return Settled(std::unexpected(SettleError::unknown));
      case 2:
        return Settled(std::unexpected(SettleError::conflict));
      default:
        break;
    }
  }
  return std::unexpected(std::string("Redis answered what the script does not say"));
}

}  // namespace
}  // namespace native

std::unique_ptr<Layout> native_layout(std::string_view name_space, Generations generations) {
  return std::make_unique<native::NativeLayout>(name_space, std::move(generations));
}

}  // namespace weir::store::redis
