#include "store/redis/upstash/layout.hpp"
#include "store/redis/layout/costs.hpp"

#include "store/redis/upstash/keys.hpp"
#include "store/redis/upstash/prefixes.hpp"
#include "store/redis/upstash/question.hpp"
#include "store/redis/upstash/regions.hpp"
#include "store/redis/upstash/reply.hpp"
#include "store/redis/upstash/scripts.hpp"
#include "store/redis/upstash/space.hpp"
#include "store/redis/upstash/what_is_left.hpp"
#include "store/regions/request_names.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace weir::store::redis {
namespace {

using namespace upstash;

constexpr std::size_t joint_head = 2;  // items of its answer before those of the checks
constexpr std::string_view no_answer = "the script upstash_reset answered something else";

const UpstashSpace& upstash_space(const Space& space) { return static_cast<const UpstashSpace&>(space); }

// What stands between the first brace that has something behind it and its end; empty: the whole key decides.
std::string_view hash_tag(std::string_view key) {
  const std::size_t open = key.find('{');
  if (open == std::string_view::npos) return {};
  const std::size_t close = key.find('}', open);
  return close == std::string_view::npos ? std::string_view{} : key.substr(open + 1, close - open - 1);
}

// When a call was first decided; none of ours says anything but a number.
Instant time_in(std::string_view text) {
  std::int64_t time = 0;
  std::from_chars(text.data(), text.data() + text.size(), time);
  return Instant{std::chrono::milliseconds(time)};
}

std::string remembered_text(const Call& call) {
  const Nanos span = std::max({call.lease, call.memory, Nanos(std::chrono::milliseconds(1))});
  return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(span).count());
}

class UpstashLayout final : public Layout {
 public:
  explicit UpstashLayout(UpstashOptions options) : options_(std::move(options)) {
    if (options_.cluster) options_.dynamic_limits = options_.deny_list = false;
    if (options_.regions) options_.dynamic_limits = false;  // the package has none there
  }

  std::shared_ptr<const Space> open(std::string_view prefix, const Rule& rule) override {
    const Terms terms = terms_of(rule, options_.regions);
    if (options_.cluster && terms.kind == Kind::sliding_window && hash_tag(prefix).empty()) {
      throw std::invalid_argument(
          "layout upstash can't keep a sliding_window in a Cluster, where its two keys lie in two slots; use "
          "fixed_window, token_bucket, layout weir or a prefix with a hash tag, such as {limits}");
    }
    return prefixes_.open(prefix, rule, terms);
  }

  bool caches() const override { return !options_.regions; }
  bool reserves() const override { return false; }
  bool keeps_records() const override { return false; }
  bool holds() const override { return options_.cluster; }  // over several slots, to undo what one refused

  std::string tag(const RedisSpace& space, Key key, Instant now) const override {
    const std::string name = state_keys(upstash_space(space), identifier_of(key), now).front();
    const std::string_view tag = hash_tag(name);
    return tag.empty() ? name : std::string(tag);
  }

  std::int64_t window(const RedisSpace& any, Instant now) const override {
    const Terms& terms = upstash_space(any).terms();
    return terms.kind == Kind::token_bucket ? 0 : window_of(terms, now);
  }

  ScriptCall each(const RedisSpace& any, std::span<const Ask> asks, Instant now) const override {
    return each(any, asks, now, "");
  }

  ScriptCall charge(const RedisSpace& any, std::span<const Ask> asks, Instant now) const override {
    return each(any, asks, now, "force");
  }

  bool read_each(const RedisSpace& any, std::span<const Ask> asks, Instant now, const Value& reply,
                 std::span<Verdict> verdicts) const override {
    if (reply.type != Value::Type::array) return false;
    if (reply.items.size() != (options_.regions ? asks.size() * region_found_items : asks.size() + 1)) return false;
    const Terms& terms = upstash_space(any).terms();
    std::size_t place = 0;
    for (std::size_t at = 0; at < asks.size(); ++at) {
      const std::span<const std::int64_t> costs = asks[at].costs;
      const auto found = options_.regions ? read_found(reply.items.subspan(at * region_found_items, found_items))
                                          : read_found(reply.items.front(), reply.items[at + 1]);
      if (!found || found->flags.size() != costs.size()) return false;
      tell(terms, *found, costs, now, verdicts.subspan(place, costs.size()));
      place += costs.size();
    }
    return true;
  }

  bool keeps_requests() const override { return options_.regions; }

  std::vector<std::shared_ptr<const Requests>> known(std::size_t asks, const Value& reply) const override {
    std::vector<std::shared_ptr<const Requests>> known;
    for (std::size_t at = 0; at < asks; ++at) known.push_back(known_of(reply.items.subspan(at * width())));
    return known;
  }

  std::vector<ScriptCall> amend(const RedisSpace& space, std::span<const Amendment> amendments,
                                Instant now) const override {
    return amend_calls(upstash_space(space), amendments, now);
  }

  ScriptCall joint(const Call& asked, std::string_view tag) const override {
    const bool holds = std::ranges::any_of(asked.checks, &Check::hold);
    if (holds && !options_.cluster) return {&no_reservations_script(), {}, {}};
    return call_joint(asked, tag, holds ? asked.attempt : std::string_view{});
  }
  ScriptCall look(const Call& asked) const override { return call_joint(asked, {}, "look"); }

  std::expected<Answer, std::string> read_joint(const Call& call, const Value& reply) const override {
    return read_joint(call, reply, true);
  }
  std::expected<Answer, std::string> read_look(const Call& call, const Value& reply) const override {
    return read_joint(call, reply, false);
  }

  ScriptCall settle(std::string_view, std::string_view, std::span<const std::int64_t>) const override {
    return {&no_reservations_script(), {}, {}};
  }
  ScriptCall renew(std::string_view, std::string_view, Nanos) const override {
    return {&no_reservations_script(), {}, {}};
  }
  std::expected<Settled, std::string> read_settled(const Value& reply) const override {
    if (reply.type == Value::Type::integer) return Settled{};  // of a reset
    if (reply.type == Value::Type::error) return std::unexpected(std::string(reply.text));
    return std::unexpected(std::string(no_answer));
  }

  // Of a call over several slots of a Cluster: nothing else is held.
  ScriptCall undo(std::string_view id, std::string_view tag, std::string_view attempt) const override {
    return {.script = &undo_script(), .keys = {record_key(id, tag)}, .arguments = {std::string(attempt)}};
  }

  bool has_generations() const override { return false; }

  ScriptCall reset_step(const RedisSpace& space, std::string_view cursor) const override {
    const std::vector<std::string> kept = setting_keys(space.prefix());
    ScriptCall call{.script = &reset_all_script(), .keys = {}, .arguments = {std::string(cursor)}};
    call.arguments.push_back(all_keys_pattern(space.prefix()));
    call.arguments.push_back(std::to_string(kept.size()));
    std::ranges::copy(kept, std::back_inserter(call.arguments));
    std::ranges::move(prefixes_.longer_than(space.prefix()), std::back_inserter(call.arguments));
    return call;
  }
  std::optional<std::string> read_reset_step(const Value& reply) const override {
    if (reply.type != Value::Type::array || reply.items.size() != 2) return std::nullopt;
    return std::string(reply.items[0].text);
  }

  ScriptCall reset(const RedisSpace& any, Key key, Instant now) const override {
    const UpstashSpace& space = upstash_space(any);
    std::vector<std::string> keys = all_state_keys(space, identifier_of(key), now);
    if (options_.cluster && hash_tag(keys.front()).empty()) {
      keys = {state_keys(space, identifier_of(key), now).front()};  // the others are in other slots, and past
    }
    return {&reset_script(), std::move(keys), {}};
  }

 private:
  [[nodiscard]] ScriptCall call_joint(const Call& asked, std::string_view tag, std::string_view mode) const {
    ScriptCall call{.script = options_.regions ? &region_joint_script() : &joint_script(), .keys = {}, .arguments = {}};
    call.arguments = {std::to_string(milliseconds_of(asked.now)),
                      asked.id.empty() ? std::string() : question_of(asked.checks), remembered_text(asked),
                      asked.once ? "once" : "", std::string(mode)};
    for (const Check& check : asked.checks) {
      const UpstashSpace& space = upstash_space(*check.space);
      call.arguments.emplace_back(name_of(space.terms().kind));
      say_terms(space, call);
      std::string identifier = identifier_of(check.key);
      std::vector<std::string> keys = state_keys(space, identifier, asked.now);
      call.arguments.push_back(std::to_string(keys.size()));
      call.arguments.push_back(std::move(identifier));
      call.arguments.push_back(cost_text(check.cost, check.request));
      std::ranges::move(keys, std::back_inserter(call.keys));
    }
    if (!asked.id.empty()) call.keys.push_back(record_key(asked.id, tag));
    return call;
  }

  [[nodiscard]] std::expected<Answer, std::string> read_joint(const Call& call, const Value& reply,
                                                              bool charges) const {
    if (reply.type == Value::Type::error) return std::unexpected(std::string(reply.text));
    const std::unexpected wrong(std::string("the script upstash_joint answered something else"));
    if (reply.type != Value::Type::array || reply.items.empty()) return wrong;
    const std::string_view word = reply.items[0].text;
    if (word == "conflict") return Answer{.status = Status::conflict, .verdicts = {}};
    if ((word != "decided" && word != "repeated") || reply.items.size() != joint_head + call.checks.size() * width()) {
      return wrong;
    }
    Answer answer{.status = word == "decided" ? Status::decided : Status::repeated,
                  .verdicts = std::vector<Verdict>(call.checks.size())};
    const Instant now = word == "decided" ? call.now : time_in(reply.items[1].text);
    std::vector<Found> all;
    for (std::size_t at = 0; at < call.checks.size(); ++at) {
      const Check& check = call.checks[at];
      const auto found = read_found(reply.items.subspan(joint_head + at * width(), found_items));
      if (!found || found->flags.size() != 1) return wrong;
      if (found->flags == "w") return std::unexpected(std::string("a key of the call holds a value of another type"));
      all.push_back(*found);
      if (options_.regions && word == "decided") {
        answer.known.push_back(known_of(reply.items.subspan(joint_head + at * width())));
      }
      tell(upstash_space(*check.space).terms(), *found, std::span(&check.cost, 1), now,
           std::span(&answer.verdicts[at], 1));
    }
    const bool charged = charges && std::ranges::all_of(answer.verdicts, &Verdict::allowed);
    if (!charged) say_what_is_left(call, now, all, answer.verdicts);
    return answer;
  }

  [[nodiscard]] ScriptCall each(const RedisSpace& any, std::span<const Ask> asks, Instant now,
                                std::string_view mode) const {
    const UpstashSpace& space = upstash_space(any);
    const Terms& terms = space.terms();
    ScriptCall call{
        .script = options_.regions ? &region_each_script() : &each_script(terms.kind), .keys = {}, .arguments = {}};
    call.arguments = {std::string(name_of(terms.kind)), std::to_string(milliseconds_of(now))};
    say_terms(space, call);
    call.arguments.emplace_back(mode);
    const std::size_t width = terms.kind == Kind::sliding_window ? 2 : 1;
    call.arguments.push_back(std::to_string(width));
    for (const Ask& ask : asks) {
      std::string identifier = identifier_of(ask.key);
      std::ranges::move(state_keys(space, identifier, now), std::back_inserter(call.keys));
      if (options_.regions || options_.deny_list) call.arguments.push_back(std::move(identifier));
      if (!options_.regions) continue;
      call.arguments.push_back(std::to_string(ask.costs.size()));
      for (std::size_t at = 0; at < ask.costs.size(); ++at) {
        call.arguments.push_back(cost_text(ask.costs[at], ask.requests.empty() ? "" : ask.requests[at]));
      }
    }
    if (!options_.regions) append_costs(asks, call.arguments);
    return call;
  }

  [[nodiscard]] std::size_t width() const { return options_.regions ? region_found_items : found_items; }
  [[nodiscard]] static std::shared_ptr<const Requests> known_of(std::span<const Value> items) {
    return read_requests(items[region_found_items - 1]);
  }
  // Over several regions with the name of the request; who asks one region alone needs none.
  [[nodiscard]] std::string cost_text(std::int64_t cost, std::string_view request) const {
    std::string text = std::to_string(cost);
    if (!options_.regions) return text;
    return text.append(" ").append(request.empty() ? *names_.draw() : std::string(request));
  }

  // The arguments and keys that both scripts want of a limit.
  void say_terms(const UpstashSpace& space, ScriptCall& call) const {
    const Terms& terms = space.terms();
    for (const std::int64_t number : {terms.window, terms.refill, terms.limit, counter_ttl(terms)}) {
      call.arguments.push_back(std::to_string(number));
    }
    const bool dynamic = options_.dynamic_limits && space.is_base();
    call.arguments.emplace_back(dynamic ? "dynamic" : "");
    call.arguments.emplace_back(options_.deny_list ? "denied" : "");
    if (dynamic) call.keys.push_back(dynamic_limit_key(space.prefix()));
    if (options_.deny_list) call.keys.push_back(deny_list_key(space.prefix()));
  }

  [[nodiscard]] std::string record_key(std::string_view id, std::string_view tag) const {
    std::string key = options_.name_space + ":id:{";
    return key.append(tag).append("}").append(id);
  }

  UpstashOptions options_;
  mutable RequestNames names_;
  Prefixes prefixes_;
};

}  // namespace

std::unique_ptr<Layout> upstash_layout(UpstashOptions options) {
  return std::make_unique<UpstashLayout>(std::move(options));
}

}  // namespace weir::store::redis
