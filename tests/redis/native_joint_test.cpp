// Calls over several checks, ids, reservations, renewals and resets, held against the memory store over random traces:
// the same answers for the same times; and every key has a TTL after every step.
#include "native_steered.hpp"
#include "store/memory/memory_store.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

constexpr Instant t0 = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15);

// The same rule, opened in both stores.
struct Limit {
  Rule rule;
  std::string prefix;
  std::shared_ptr<const Space> memory;
  std::shared_ptr<const Space> redis;
};

// One check of a reservation, as a test knows it.
struct Held {
  const Limit* limit;
  std::string key;
  std::int64_t amount;
  // The key was as good as new since: then Redis gives nothing back to it, as its value is gone, while the memory store
  // may, to what others have used there since.
  bool renewed = false;
  // All keys were reset since: the memory store charges what was used beyond to nobody, Redis to the current window.
  bool void_in_memory = false;
};

struct Question {
  std::vector<const Limit*> limits;
  std::vector<std::string> keys;
  std::vector<std::int64_t> costs;
  std::vector<bool> holds;
  Nanos lease{0};
  bool once = false;
};

class Both {
 public:
  Both(Steered& redis, Chance& chance) : redis_(redis), chance_(chance), layout_(native_layout("weir")) {
    (void)redis_.wire().ask({"FLUSHALL"});
    redis_.now = t0 + microseconds(chance.between(0, 1LL << 40));
    for (const Algorithm algorithm :
         {Algorithm::fixed_window, Algorithm::sliding_window, Algorithm::sliding_log, Algorithm::token_bucket,
          Algorithm::gcra, Algorithm::interval_bucket, Algorithm::concurrency}) {
      Rule rule{.algorithm = algorithm, .count = chance.between(1, 30)};
      if (algorithm != Algorithm::concurrency) rule.period = microseconds(chance.magnitude(120'000'000));
      if (algorithm == Algorithm::fixed_window && chance.one_in(4)) rule.period = Period::month();
      const std::string prefix = "limit" + std::to_string(limits_.size());
      limits_.push_back({rule, prefix, memory_.open(prefix, rule), layout_->open(prefix, rule)});
    }
    // Other rules under a prefix that is taken: their counts lie beside each other in one value.
    for (const std::size_t at : {std::size_t{0}, std::size_t{3}}) {
      const Rule rule = at == 0 ? gcra(7, 10s) : sliding_window(9, 20s);
      const std::string& prefix = limits_[at].prefix;
      limits_.push_back({rule, prefix, memory_.open(prefix, rule), layout_->open(prefix, rule)});
    }
  }

  // Empty: both said the same.
  std::string step() {
    redis_.now += microseconds(chance_.one_in(3)    ? 0
                               : chance_.one_in(20) ? chance_.magnitude(1'500'000'000)
                                                    : chance_.magnitude(5'000'000));
    see_renewed();
    history_.push_back("at " + std::to_string(redis_.now.time_since_epoch() / 1us));
    std::string wrong;
    switch (chance_.between(0, 19)) {
      case 0:
        wrong = reset();
        break;
      case 1:
        wrong = reset_all();
        break;
      case 2:
      case 3:
        wrong = renew();
        break;
      case 4:
      case 5:
      case 6:
      case 7:
        wrong = settle();
        break;
      case 8:
        wrong = repeat();
        break;
      default:
        wrong = ask();
    }
    return wrong + without_ttl();
  }

  // The latest of what was done.
  [[nodiscard]] std::string history() const {
    std::ostringstream out;
    const std::size_t first = history_.size() > 60 ? history_.size() - 60 : 0;
    for (std::size_t at = first; at < history_.size(); ++at) out << history_[at] << "\n";
    return out.str();
  }

 private:
  void see_renewed() {
    for (auto& [id, parts] : held_) {
      for (Held& part : parts) {
        if (part.limit->rule.algorithm == Algorithm::concurrency) continue;
        const Verdict look = memory_.take_one(*part.limit->memory, part.key, redis_.now, 0);
        if (look.remaining == look.limit && look.reset <= redis_.now) part.renewed = true;
      }
    }
  }

  Question question(bool with_id) {
    Question made;
    for (std::int64_t left = chance_.one_in(2) ? chance_.between(2, 5) : 1; left > 0; --left) {
      const Limit& limit = limits_[static_cast<std::size_t>(chance_.between(0, std::ssize(limits_) - 1))];
      made.limits.push_back(&limit);
      made.keys.emplace_back(chance_.one_in(3) ? "v" : "u");
      std::int64_t cost = chance_.between(1, std::max<std::int64_t>(1, limit.rule.count / 2));
      if (chance_.one_in(8)) cost = 0;
      if (chance_.one_in(12) && limit.rule.algorithm != Algorithm::concurrency) cost = -chance_.between(1, 20);
      if (chance_.one_in(25)) cost = limit.rule.count + 1;
      made.costs.push_back(cost);
      made.holds.push_back(with_id && chance_.one_in(2));
      if (!with_id && limit.rule.algorithm == Algorithm::concurrency && !chance_.one_in(5)) made.costs.back() = 0;
    }
    if (with_id) made.lease = microseconds(chance_.magnitude(chance_.one_in(4) ? 2'000'000'000 : 20'000'000));
    made.once = with_id && chance_.one_in(3);
    return made;
  }

  std::string ask() {
    const bool with_id = chance_.one_in(2);
    const std::string id = with_id ? "id" + std::to_string(ids_++) : std::string();
    const Question what = question(with_id);
    if (with_id) questions_[id] = what;
    return ask(id, what);
  }

  std::string repeat() {
    const std::string id = "id" + std::to_string(chance_.between(0, std::max<std::int64_t>(0, ids_ - 1)));
    const auto found = questions_.find(id);
    if (found == questions_.end()) return {};
    Question what = found->second;
    if (chance_.one_in(3)) what.costs.front() += 1;  // another question
    return ask(id, what);
  }

  std::string ask(const std::string& id, const Question& what) {
    std::vector<Check> checks;
    for (std::size_t at = 0; at < what.limits.size(); ++at) {
      checks.push_back({what.limits[at]->memory.get(), what.keys[at], what.costs[at], what.holds[at]});
    }
    Call call{.checks = checks, .now = redis_.now, .id = id, .lease = what.lease, .once = what.once};
    Answer expected{.status = Status::decided, .verdicts = std::vector<Verdict>(checks.size())};
    expected.status = memory_.decide_now(call, expected.verdicts);

    for (std::size_t at = 0; at < checks.size(); ++at) checks[at].space = what.limits[at]->redis.get();
    if (!well_formed(call) && expected.status != Status::conflict) return "the memory store can be asked this";
    const WireReply reply = redis_.run(layout_->joint(call, ""));
    const auto answer = layout_->read_joint(call, reply.value());
    if (!answer) return "joint: " + answer.error();
    std::ostringstream out;
    if (answer->status != expected.status) {
      out << "status " << static_cast<int>(answer->status) << ", not " << static_cast<int>(expected.status) << "\n";
    } else if (answer->status != Status::conflict) {
      for (std::size_t at = 0; at < checks.size(); ++at) {
        if (said(answer->verdicts[at]) == said(expected.verdicts[at])) continue;
        out << "check " << at << " of " << checks.size() << " (" << what.limits[at]->prefix << ", " << what.keys[at]
            << ", cost " << what.costs[at] << ")\n  is       " << said(answer->verdicts[at]) << "\n  expected "
            << said(expected.verdicts[at]) << "\n";
      }
    }
    if (expected.status == Status::decided) note(id, what, expected);
    std::ostringstream line;
    line << "ask " << id << " lease " << what.lease / 1us << " us, status " << static_cast<int>(expected.status) << ":";
    for (std::size_t at = 0; at < checks.size(); ++at) {
      line << " " << what.limits[at]->prefix << "/" << what.keys[at] << " " << what.costs[at]
           << (what.holds[at] ? " held" : "") << (expected.verdicts[at].allowed() ? ";" : " refused;");
    }
    history_.push_back(line.str());
    return out.str();
  }

  void note(const std::string& id, const Question& what, const Answer& answer) {
    if (!std::ranges::all_of(answer.verdicts, &Verdict::allowed)) return;
    for (std::size_t at = 0; at < what.limits.size(); ++at) {
      if (what.costs[at] >= 0) continue;
      for (auto& [other, parts] : held_) {
        for (Held& part : parts) {
          if (part.limit == what.limits[at] && part.key == what.keys[at]) part.renewed = true;
        }
      }
    }
    if (id.empty()) return;
    std::vector<Held>& parts = held_[id];
    for (std::size_t at = 0; at < what.limits.size(); ++at) {
      const bool slots = what.limits[at]->rule.algorithm == Algorithm::concurrency && what.costs[at] != 0;
      if (what.holds[at] || slots) parts.push_back({what.limits[at], what.keys[at], what.costs[at]});
    }
    for (Held& part : parts) {  // a refund in the same call
      for (std::size_t at = 0; at < what.limits.size(); ++at) {
        part.renewed =
            part.renewed || (what.costs[at] < 0 && part.limit == what.limits[at] && part.key == what.keys[at]);
      }
    }
  }

  std::string some_id() {
    if (ids_ == 0 || chance_.one_in(20)) return "nobody";
    return "id" + std::to_string(chance_.between(std::max<std::int64_t>(0, ids_ - 12), ids_ - 1));
  }

  std::string settle() {
    const std::string id = some_id();
    std::vector<std::int64_t> amounts;
    const auto held = held_.find(id);
    const auto before = settled_.find(id);
    if (before != settled_.end() && chance_.one_in(2)) {
      amounts = before->second;
    } else if (held != held_.end() && !held->second.empty()) {
      for (const Held& part : held->second) {
        if (part.void_in_memory) {
          if (part.amount < 0) return {};
          amounts.push_back(part.amount);
          continue;
        }
        const std::int64_t low = part.renewed ? std::max<std::int64_t>(0, part.amount) : 0;
        amounts.push_back(chance_.between(low, std::max<std::int64_t>(low, part.amount + chance_.between(-2, 5))));
      }
      if (chance_.one_in(20)) amounts.push_back(1);
    } else {
      amounts.push_back(chance_.between(0, 10));
    }
    const Settled expected = memory_.settle_now(id, amounts, redis_.now);
    if (expected) settled_[id] = amounts;
    const WireReply reply = redis_.run(layout_->settle(id, "", amounts));
    std::ostringstream line;
    line << "settle " << id << ":";
    for (const std::int64_t amount : amounts) line << " " << amount;
    history_.push_back(line.str() + (expected ? "" : ", refused"));
    return compared("settle " + id, layout_->read_settled(reply.value()), expected);
  }

  std::string renew() {
    const std::string id = some_id();
    const Nanos lease = microseconds(chance_.magnitude(30'000'000));
    const Settled expected = memory_.renew_now(id, lease, redis_.now);
    const WireReply reply = redis_.run(layout_->renew(id, "", lease));
    return compared("renew " + id, layout_->read_settled(reply.value()), expected);
  }

  // Clears all that lies under the key, so that of the other rule, too.
  std::string reset() {
    const Limit& limit = limits_[static_cast<std::size_t>(chance_.between(0, std::ssize(limits_) - 1))];
    for (const Limit& other : limits_) {
      if (other.prefix == limit.prefix) memory_.reset_now(*other.memory, "u");
    }
    history_.push_back("reset " + limit.prefix + "/u");
    const auto& space = static_cast<const RedisSpace&>(*limit.redis);
    const WireReply reply = redis_.run(layout_->reset(space, "u", redis_.now));
    return compared("reset " + limit.prefix, layout_->read_settled(reply.value()), Settled{});
  }

  std::string reset_all() {
    const Limit& limit = limits_[static_cast<std::size_t>(chance_.between(0, std::ssize(limits_) - 1))];
    for (const Limit& other : limits_) {
      if (other.prefix == limit.prefix) memory_.reset_all_now(*other.memory);
    }
    static_cast<const RedisSpace&>(*limit.redis).generation().fetch_add(1);
    for (auto& [id, parts] : held_) {
      for (Held& part : parts) part.void_in_memory = part.void_in_memory || part.limit->prefix == limit.prefix;
    }
    history_.push_back("reset all of " + limit.prefix);
    return {};
  }

  static std::string compared(const std::string& what, const std::expected<Settled, std::string>& is,
                              const Settled& expected) {
    const auto text = [](const Settled& settled) {
      return settled ? std::string("done") : "error " + std::to_string(static_cast<int>(settled.error()));
    };
    if (!is) return what + ": " + is.error() + "\n";
    return text(*is) == text(expected) ? "" : what + " is " + text(*is) + ", expected " + text(expected) + "\n";
  }

  std::string without_ttl() {
    std::string wrong;
    const WireReply keys = redis_.wire().ask({"KEYS", "*"});
    for (const Value& key : keys.value().items) {
      if (key.text != "clock" && redis_.wire().number({"PTTL", key.text}) == -1) {
        wrong += std::string(key.text) + " has no TTL\n";
      }
    }
    return wrong;
  }

  Steered& redis_;
  Chance& chance_;
  MemoryStore memory_;
  std::unique_ptr<Layout> layout_;
  std::vector<Limit> limits_;
  std::vector<std::string> history_;
  std::int64_t ids_ = 0;
  std::map<std::string, Question> questions_;
  std::map<std::string, std::vector<Held>> held_;
  std::map<std::string, std::vector<std::int64_t>> settled_;
};

TEST(TheNativeJointScript, AnswersAsTheMemoryStoreDoes) {
  Steered redis;
  Chance chance(100);
  const auto end = std::chrono::steady_clock::now() + 6s;
  int steps = 0;
  for (int trace = 0; std::chrono::steady_clock::now() < end; ++trace) {
    Both both(redis, chance);
    const auto patience = std::chrono::steady_clock::now() + 500ms;
    for (int at = 0; at < 150 && std::chrono::steady_clock::now() < patience; ++at, ++steps) {
      const std::string wrong = both.step();
      ASSERT_EQ(wrong, "") << "WEIR_SEED=" << seed() << ", trace " << trace << ", step " << at << "\n"
                           << both.history();
    }
  }
  EXPECT_GT(steps, 300);
}

}  // namespace
}  // namespace weir::store::redis
