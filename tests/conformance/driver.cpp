// driver.cpp: Weir's layout upstash, driven by JSON lines on stdin, one answer a line. Its mirror is upstash.mjs.
//
//   conformance_driver PORT [PORT ...]     several ports are several regions
//   {"op":"open","name","algorithm","tokens","window","refill","prefix","dynamic","protection","cluster"}
//   {"op":"limit","name","id","rate" or "rates","now"} ·
//   {"op":"joint","checks":[{"name","id","rate"}],"call","once","attempt","now"}
//   {"op":"reset","name","id","now"} · {"op":"reserve",...} as joint · {"op":"undo","name","call","attempt"}
//   {"op":"region","name","id","rate","now","first":REGION,"down":[REGION ...]} · region_reset {"name","id","now"}
//   {"op":"serve","name","tokens","window","prefix","cached","source"} · {"op":"ask","name","id","rate","now"}: a limit
//   of the library
//   {"op":"members","prefix","members":[...]} · {"op":"ip_list","prefix","text","now"}
#include "one_redis.hpp"
#include "served.hpp"
#include "several_regions.hpp"
#include "store/redis/upstash/deny_list.hpp"
#include "store/redis/upstash/ip_deny_list.hpp"
#include "store/redis/upstash/layout.hpp"

#include <boost/json/src.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <iostream>
#include <map>
#include <memory>

namespace weir::conformance {
namespace {

namespace json = boost::json;
using store::redis::Ask;
using store::redis::Layout;
using store::redis::RedisSpace;

std::string text(const json::object& from, std::string_view name) {
  const json::value* found = from.if_contains(name);
  return found == nullptr ? std::string() : std::string(found->as_string());
}

std::int64_t number(const json::object& from, std::string_view name, std::int64_t otherwise = 0) {
  const json::value* found = from.if_contains(name);
  return found == nullptr ? otherwise : found->to_number<std::int64_t>();
}

bool flag(const json::object& from, std::string_view name) {
  const json::value* found = from.if_contains(name);
  return found != nullptr && found->as_bool();
}

Instant now_of(const json::object& request) { return Instant{std::chrono::milliseconds(number(request, "now"))}; }

std::int64_t milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::ceil<std::chrono::milliseconds>(time).count();
}

json::object answer_of(const store::Verdict& verdict) {
  if (!store::redis::decided(verdict)) return {{"error", "undecided"}};
  constexpr std::array<std::string_view, 4> outcomes{"allowed", "limited", "cost_above_limit", "denied"};
  json::object answer{{"success", verdict.allowed()}, {"outcome", outcomes[static_cast<std::size_t>(verdict.outcome)]},
                      {"limit", verdict.limit},       {"remaining", verdict.remaining},
                      {"debt", verdict.debt},         {"reset", milliseconds(verdict.reset.time_since_epoch())}};
  if (verdict.retry_after == limits::never) {
    answer["retry_after"] = nullptr;
  } else {
    answer["retry_after"] = milliseconds(verdict.retry_after);
  }
  return answer;
}

class Driver {
 public:
  explicit Driver(const std::vector<std::uint16_t>& ports)
      : redis_(ports.front()), regions_(ports), served_(ports.front()) {}

  json::value answer(const json::object& request) {
    const std::string op = text(request, "op");
    if (op == "open") return open(request);
    if (op == "limit") return limit(request);
    if (op == "joint" || op == "reserve") return joint(request, op == "reserve");
    if (op == "reset") return reset(request);
    if (op == "undo") return undo(request);
    if (op == "region") return region(request);
    if (op == "region_reset") return region_reset(request);
    if (op == "serve") return serve(request);
    if (op == "ask") return ask(request);
    if (op == "members") return members(request);
    if (op == "ip_list") return ip_list(request);
    throw std::invalid_argument("no such op: " + op);
  }

 private:
  struct Limit {
    std::shared_ptr<Layout> layout;
    std::shared_ptr<const store::Space> space;
    std::string prefix;
    Rule rule;
    std::shared_ptr<const store::Space> in_regions{};  // opened with the first question there
    [[nodiscard]] const RedisSpace& redis() const { return static_cast<const RedisSpace&>(*space); }
  };

  json::value open(const json::object& request) {
    const std::chrono::nanoseconds window = std::chrono::milliseconds(number(request, "window"));
    const std::int64_t tokens = number(request, "tokens");
    const std::map<std::string, Rule> rules{
        {"fixed_window", fixed_window(tokens, window)},
        {"sliding_window", sliding_window(tokens, window)},
        {"token_bucket", interval_bucket(number(request, "refill", 1), window, tokens)},
        {"gcra", gcra(tokens, window)}};
    Limit limit{.layout = store::redis::upstash_layout({.dynamic_limits = flag(request, "dynamic"),
                                                        .deny_list = flag(request, "protection"),
                                                        .cluster = flag(request, "cluster")}),
                .space = nullptr,
                .prefix = text(request, "prefix"),
                .rule = rules.at(text(request, "algorithm"))};
    limit.space = limit.layout->open(limit.prefix, limit.rule);
    limits_[text(request, "name")] = limit;
    return json::object{};
  }

  json::value limit(const json::object& request) {
    const Limit& limit = limits_.at(text(request, "name"));
    const std::string id = text(request, "id");
    std::vector<std::int64_t> costs{number(request, "rate", 1)};
    if (const json::value* rates = request.if_contains("rates")) {
      costs.clear();
      for (const json::value& rate : rates->as_array()) costs.push_back(rate.to_number<std::int64_t>());
    }
    const Ask ask{.key = id, .costs = costs};
    const Answer reply = redis_.call(limit.layout->each(limit.redis(), std::span(&ask, 1), now_of(request)));
    std::vector<store::Verdict> verdicts(costs.size());
    if (!limit.layout->read_each(limit.redis(), std::span(&ask, 1), now_of(request), reply.value, verdicts)) {
      throw std::runtime_error(std::string(reply.value.text));
    }
    if (!request.contains("rates")) return answer_of(verdicts.front());
    json::array all;
    for (const store::Verdict& verdict : verdicts) all.push_back(answer_of(verdict));
    return all;
  }

  json::value joint(const json::object& request, bool hold) {
    std::deque<std::string> ids;
    std::vector<store::Check> checks;
    std::shared_ptr<Layout> layout;
    for (const json::value& value : request.at("checks").as_array()) {
      const json::object& check = value.as_object();
      const Limit& limit = limits_.at(text(check, "name"));
      layout = limit.layout;
      checks.push_back({.space = limit.space.get(),
                        .key = ids.emplace_back(text(check, "id")),
                        .cost = number(check, "rate", 1),
                        .hold = hold});
    }
    const std::string id = text(request, "call");
    const std::string attempt = request.contains("attempt") ? text(request, "attempt") : "";
    const store::Call call{.checks = checks,
                           .now = now_of(request),
                           .id = id,
                           .lease = std::chrono::minutes(hold ? 1 : 0),
                           .once = flag(request, "once"),
                           .attempt = attempt};
    const Answer reply = redis_.call(layout->joint(call, ""));
    const auto answer = layout->read_joint(call, reply.value);
    if (!answer) throw std::runtime_error(answer.error());
    constexpr std::array<std::string_view, 6> words{"decided", "repeated", "conflict", "timeout", "down", "full"};
    json::array verdicts;
    for (const store::Verdict& verdict : answer->verdicts) verdicts.push_back(answer_of(verdict));
    return json::object{{"status", words[static_cast<std::size_t>(answer->status)]}, {"checks", std::move(verdicts)}};
  }

  json::value reset(const json::object& request) {
    const Limit& limit = limits_.at(text(request, "name"));
    const std::string id = text(request, "id");
    const Answer reply = redis_.call(limit.layout->reset(limit.redis(), Key(id), now_of(request)));
    if (const auto settled = limit.layout->read_settled(reply.value); !settled || !*settled) {
      throw std::runtime_error("the reset failed");
    }
    return json::object{};
  }

  json::value undo(const json::object& request) {
    const std::shared_ptr<Layout>& layout = limits_.at(text(request, "name")).layout;
    const Answer reply = redis_.call(layout->undo(text(request, "call"), "", text(request, "attempt")));
    return json::object{{"undone", reply.value.integer == 1}};
  }

  json::value serve(const json::object& request) {
    served_.open(text(request, "name"), {.prefix = text(request, "prefix"),
                                         .tokens = number(request, "tokens"),
                                         .window = std::chrono::milliseconds(number(request, "window")),
                                         .cached = flag(request, "cached"),
                                         .source = text(request, "source")});
    return json::object{};
  }

  json::value ask(const json::object& request) {
    const Decision decision =
        served_.ask(text(request, "name"), text(request, "id"), number(request, "rate", 1), number(request, "now"));
    if (decision.degraded) throw std::runtime_error("Redis did not decide");
    return json::object{{"success", decision.allowed},
                        {"denied", decision.reason == Reason::denied},
                        {"limit", decision.limit.value_or(0)},
                        {"remaining", decision.remaining},
                        {"reset", milliseconds(decision.reset.time_since_epoch())}};
  }

  json::value members(const json::object& request) {
    std::vector<std::string_view> members;
    for (const json::value& member : request.at("members").as_array()) members.emplace_back(member.as_string());
    const Answer reply = redis_.call(store::redis::upstash::deny_call(text(request, "prefix"), members));
    const auto answer = store::redis::upstash::read_denied(reply.value, members.size());
    if (!answer) throw std::runtime_error(std::string(reply.value.text));
    return json::object{{"denied", json::value_from(answer->denied)}, {"due", answer->ip_list_is_due}};
  }

  // A list that was fetched; without a text it is switched off.
  json::value ip_list(const json::object& request) {
    using namespace store::redis::upstash;
    const std::string prefix = text(request, "prefix");
    const std::vector<std::string> addresses = read_ip_list(text(request, "text"));
    const Answer reply =
        redis_.call(addresses.empty() ? disable_call(prefix) : refresh_call(prefix, addresses, now_of(request)));
    return json::object{{"addresses", reply.value.integer}};
  }

  const store::Space& in_regions(const json::object& request) {
    Limit& limit = limits_.at(text(request, "name"));
    if (limit.in_regions == nullptr) limit.in_regions = regions_.store().open(limit.prefix, limit.rule);
    return *limit.in_regions;
  }

  // `first` answers first, and those that are `down` do not.
  json::value region(const json::object& request) {
    std::vector<std::size_t> down;
    if (const json::value* const said = request.if_contains("down")) {
      for (const json::value& one : said->as_array()) down.push_back(one.to_number<std::size_t>());
    }
    const std::string key = text(request, "id");
    const store::Check check{.space = &in_regions(request), .key = key, .cost = number(request, "rate", 1)};
    const store::Answer answer =
        regions_.decide(check, now_of(request), static_cast<std::size_t>(number(request, "first")), down);
    if (answer.status != store::Status::decided) throw std::runtime_error("no region answers");
    return answer_of(answer.verdicts.at(0));
  }

  json::value region_reset(const json::object& request) {
    const std::string key = text(request, "id");
    if (!regions_.reset(in_regions(request), key, now_of(request))) throw std::runtime_error("the reset failed");
    return json::object{};
  }

  OneRedis redis_;
  SeveralRegions regions_;
  Served served_;
  std::map<std::string, Limit> limits_;
};

}  // namespace
}  // namespace weir::conformance

int main(int argc, char** argv) try {
  if (argc < 2) return 2;
  std::vector<std::uint16_t> ports;
  for (int at = 1; at < argc; ++at) ports.push_back(static_cast<std::uint16_t>(std::stoul(argv[at])));
  weir::conformance::Driver driver(ports);
  for (std::string line; std::getline(std::cin, line);) {
    boost::json::value answer;
    try {
      answer = driver.answer(boost::json::parse(line).as_object());
    } catch (const std::exception& problem) {
      answer = boost::json::object{{"error", problem.what()}};
    }
    std::cout << boost::json::serialize(answer) << std::endl;
  }
  return 0;
} catch (const std::exception& problem) {
  std::cerr << problem.what() << '\n';
  return 1;
}
