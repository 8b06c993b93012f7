// fake_layout.hpp: the plainest layout there is, and the server that understands it: fixed counters that never end, so
// that a test of the store sees what travels and can reckon what must come back.
#pragma once

#include "store/redis/layout/layout.hpp"
#include "store/redis/layout/script_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {

class FakeSpace final : public RedisSpace {
 public:
  FakeSpace(const Rule& rule, std::string_view prefix)
      : RedisSpace(rule, std::string(prefix), std::make_shared<std::atomic<std::int64_t>>(0)) {}
};

inline std::string text_of(Key key) {
  return key.is_number() ? "#" + std::to_string(key.number()) : std::string(key.text());
}

// Replies: of `each`, what remains after each cost, or -1 - what remains when it was refused; -1000 under a key that is
// not ours. Of `joint` the same for all, after 0 (decided), 1 (repeated) or 2 (conflict). Else 0 (well), 1 (unknown).
class FakeLayout final : public Layout {
 public:
  static const Script& script(std::string_view name) {
    static std::map<std::string, Script, std::less<>> all;
    const auto found = all.find(name);
    if (found != all.end()) return found->second;
    return all.emplace(name, Script::of(name, "-- " + std::string(name))).first->second;
  }

  std::shared_ptr<const Space> open(std::string_view prefix, const Rule& rule) override {
    return std::make_shared<FakeSpace>(rule, prefix);
  }
  std::string tag(const RedisSpace&, Key key, Instant) const override { return text_of(key); }

  ScriptCall each(const RedisSpace& space, std::span<const Ask> asks, Instant) const override {
    ScriptCall call{.script = &script("each"), .keys = {}, .arguments = {std::to_string(space.rule().count)}};
    for (const Ask& ask : asks) {
      call.keys.push_back(name_of(space, ask.key));
      call.arguments.push_back(std::to_string(ask.costs.size()));
      for (const std::int64_t cost : ask.costs) call.arguments.push_back(std::to_string(cost));
    }
    return call;
  }
  bool read_each(const RedisSpace& space, std::span<const Ask>, Instant, const Value& reply,
                 std::span<Verdict> verdicts) const override {
    if (reply.type != Value::Type::array || reply.items.size() != verdicts.size()) return false;
    for (std::size_t i = 0; i < verdicts.size(); ++i) verdicts[i] = verdict(space.rule().count, reply.items[i]);
    return true;
  }

  ScriptCall charge(const RedisSpace& space, std::span<const Ask> asks, Instant now) const override {
    ScriptCall call = each(space, asks, now);
    call.script = &script("charge");
    return call;
  }

  ScriptCall joint(const Call& call, std::string_view tag) const override {
    ScriptCall made{.script = &script("joint"),
                    .keys = {},
                    .arguments = {std::string(call.id), std::string(tag), std::string(call.attempt),
                                  std::to_string(call.memory.count())}};
    for (const Check& check : call.checks) {
      made.keys.push_back(name_of(static_cast<const RedisSpace&>(*check.space), check.key));
      made.arguments.push_back(std::to_string(check.space->rule().count));
      made.arguments.push_back(std::to_string(check.cost));
      made.arguments.push_back(check.hold ? "1" : "0");
    }
    return made;
  }
  std::expected<Answer, std::string> read_joint(const Call& call, const Value& reply) const override {
    if (reply.type != Value::Type::array || reply.items.empty()) return std::unexpected("no array");
    constexpr Status statuses[] = {Status::decided, Status::repeated, Status::conflict};
    Answer answer{.status = statuses[reply.items[0].integer], .verdicts = {}};
    for (std::size_t i = 1; i < reply.items.size(); ++i) {
      answer.verdicts.push_back(verdict(call.checks[i - 1].space->rule().count, reply.items[i]));
    }
    return answer;
  }

  ScriptCall look(const Call& call) const override {
    ScriptCall made = joint(call, {});
    made.script = &script("look");
    return made;
  }
  std::expected<Answer, std::string> read_look(const Call& call, const Value& reply) const override {
    return read_joint(call, reply);
  }

  ScriptCall settle(std::string_view id, std::string_view tag, std::span<const std::int64_t> amounts) const override {
    ScriptCall call{.script = &script("settle"), .keys = {record(id, tag)}, .arguments = {}};
    for (const std::int64_t amount : amounts) call.arguments.push_back(std::to_string(amount));
    return call;
  }
  ScriptCall renew(std::string_view id, std::string_view tag, Nanos) const override {
    return {.script = &script("renew"), .keys = {record(id, tag)}, .arguments = {}};
  }
  std::expected<Settled, std::string> read_settled(const Value& reply) const override {
    if (reply.type != Value::Type::integer) return std::unexpected("no integer");
    if (reply.integer == 0) return Settled{};
    return Settled(std::unexpected(SettleError::unknown));
  }
  ScriptCall undo(std::string_view id, std::string_view tag, std::string_view attempt) const override {
    return {.script = &script("undo"), .keys = {record(id, tag)}, .arguments = {std::string(attempt)}};
  }
  ScriptCall reset(const RedisSpace& space, Key key, Instant) const override {
    return {.script = &script("reset"), .keys = {name_of(space, key)}, .arguments = {}};
  }

  static std::string record(std::string_view id, std::string_view tag) {
    return "ns:id:{" + std::string(tag) + "}" + std::string(id);
  }

 private:
  static std::string name_of(const RedisSpace& space, Key key) { return space.prefix() + ":{" + text_of(key) + "}"; }
  static Verdict verdict(std::int64_t limit, const Value& item) {
    if (item.integer == -1000) return {};
    const bool allowed = item.integer >= 0;
    return {.outcome = allowed ? limits::Outcome::allowed : limits::Outcome::limited,
            .limit = limit,
            .remaining = allowed ? item.integer : -1 - item.integer};
  }
};

// A script call as a server reads it.
struct Asked {
  std::string script;
  std::vector<std::string> keys;
  std::vector<std::string> arguments;

  static Asked of(std::string_view bytes) {
    std::vector<std::string> words;
    std::size_t at = 0;
    const auto number = [&] {
      std::size_t n = 0;
      const std::size_t end = bytes.find("\r\n", at);
      std::from_chars(bytes.data() + at + 1, bytes.data() + end, n);
      at = end + 2;
      return n;
    };
    for (std::size_t left = number(); left > 0; --left) {
      const std::size_t size = number();
      words.emplace_back(bytes.substr(at, size));
      at += size + 2;
    }
    Asked asked;
    for (const std::string_view name : {"each", "joint", "look", "settle", "undo", "renew", "reset", "charge"}) {
      if (FakeLayout::script(name).sha1 == words[1]) asked.script = name;
    }
    for (const std::string_view name : {"parts_write", "parts_read"}) {
      if (Script::of(name, std::string(script_text(name))).sha1 == words[1]) asked.script = name;
    }
    const auto keys = static_cast<std::size_t>(std::stoi(words[2]));
    asked.keys.assign(words.begin() + 3, words.begin() + 3 + static_cast<std::ptrdiff_t>(keys));
    asked.arguments.assign(words.begin() + 3 + static_cast<std::ptrdiff_t>(keys), words.end());
    return asked;
  }
};

// What it counts.
class FakeServer {
 public:
  std::map<std::string, std::int64_t> counts;
  std::map<std::string, std::vector<std::pair<std::string, std::int64_t>>> held;  // by record: what it took

  struct Answered {
    std::vector<std::int64_t> reply;
    std::set<std::string> attempts;  // that it was granted to
    std::string memory;              // in ns
  };
  std::map<std::string, Answered> answered;  // by record: calls with an id that passed
  std::map<std::string, std::string> parts;  // notes of spread calls

  // The numbers of the reply; of settle, renew and reset the only one.
  std::vector<std::int64_t> run(const Asked& asked) {
    if (asked.script == "each") return each(asked);
    if (asked.script == "joint" || asked.script == "look") return joint(asked);
    if (asked.script == "settle") return settle(asked);
    if (asked.script == "undo") return undo(asked);
    if (asked.script == "parts_write") {
      return {parts.try_emplace(asked.keys[0], asked.arguments[0]).first->second == asked.arguments[0] ? 1 : 0};
    }
    if (asked.script == "reset") counts.erase(asked.keys[0]);
    return {0};
  }

 private:
  static std::int64_t whole(const std::string& text) { return std::stoll(text); }

  std::vector<std::int64_t> each(const Asked& asked) {
    std::vector<std::int64_t> said;
    const std::int64_t limit = whole(asked.arguments[0]);
    std::size_t at = 1;
    for (const std::string& key : asked.keys) {
      for (std::int64_t left = whole(asked.arguments[at++]); left > 0; --left) {
        if (key.find("not-ours") != std::string::npos) {
          ++at;
          said.push_back(-1000);
          continue;
        }
        const std::int64_t cost = whole(asked.arguments[at++]);
        std::int64_t& count = counts[key];
        const bool fits = count + cost <= limit;
        if (fits) count += cost;
        said.push_back(fits ? limit - count : -1 - (limit - count));
      }
    }
    return said;
  }

  std::vector<std::int64_t> joint(const Asked& asked) {
    const std::string record = FakeLayout::record(asked.arguments[0], asked.arguments[1]);
    if (const auto known = answered.find(record); known != answered.end()) {
      known->second.attempts.insert(asked.arguments[2]);
      std::vector<std::int64_t> again = known->second.reply;
      again.front() = 1;
      return again;
    }
    bool all = true;
    std::vector<std::int64_t> after{0};
    std::vector<std::int64_t> before{0};
    std::map<std::string, std::int64_t> charged;  // by checks of the same call
    for (std::size_t i = 0; i < asked.keys.size(); ++i) {
      const std::string& key = asked.keys[i];
      const std::int64_t limit = whole(asked.arguments[4 + 3 * i]);
      const std::int64_t cost = whole(asked.arguments[5 + 3 * i]);
      const std::int64_t rest = limit - counts[key];
      const bool fits = charged[key] + cost <= rest;
      all = all && fits;
      if (fits) charged[key] += cost;
      after.push_back(rest - charged[key]);
      before.push_back(fits ? rest : -1 - rest);
    }
    if (!all || asked.script == "look") return before;
    for (std::size_t i = 0; i < asked.keys.size(); ++i) {
      const std::int64_t cost = whole(asked.arguments[5 + 3 * i]);
      counts[asked.keys[i]] += cost;
      if (asked.arguments[6 + 3 * i] == "1") held[record].emplace_back(asked.keys[i], cost);
    }
    if (!asked.arguments[0].empty()) answered[record] = {after, {asked.arguments[2]}, asked.arguments[3]};
    return after;
  }

  std::vector<std::int64_t> settle(const Asked& asked) {
    const auto found = held.find(asked.keys[0]);
    if (found == held.end()) return {1};
    for (std::size_t i = 0; i < found->second.size(); ++i) {
      const auto& [key, cost] = found->second[i];
      counts[key] += whole(asked.arguments[std::min(i, asked.arguments.size() - 1)]) - cost;
    }
    held.erase(found);
    return {0};
  }

  std::vector<std::int64_t> undo(const Asked& asked) {
    const auto found = answered.find(asked.keys[0]);
    if (found == answered.end() || found->second.attempts.erase(asked.arguments[0]) == 0) return {1};
    if (!found->second.attempts.empty()) return {0};
    for (const auto& [key, cost] : held[asked.keys[0]]) counts[key] -= cost;
    held.erase(asked.keys[0]);
    answered.erase(found);
    return {0};
  }
};

}  // namespace weir::store::redis
