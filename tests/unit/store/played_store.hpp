// played_store.hpp: a store somewhere else, whose way there and back a test plays: it counts in memory when a question
// arrives, and answers, or not, as its network says.
#pragma once

#include "store/memory/memory_store.hpp"
#include "store/owned_key.hpp"
#include "store/store.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::store {

enum class Fate { answered, timeout, down };

using Units = std::vector<std::pair<OwnedKey, std::int64_t>>;

// What is under way to a store. It may arrive after it was given up.
struct Question {
  std::move_only_function<void()> arrive{};
  std::move_only_function<void(Fate)> answer{};  // answered: once it has arrived
  Units units{};                                 // that it charges
  bool by_force = false;
};

class PlayedStore final : public Store {
 public:
  using Network = std::function<void(std::shared_ptr<Question>)>;
  explicit PlayedStore(Network network, std::shared_ptr<MemoryStore> truth = std::make_shared<MemoryStore>())
      : network_(std::move(network)), truth_(std::move(truth)) {}

  [[nodiscard]] MemoryStore& truth() { return *truth_; }
  StoreHealth played_health{};
  std::uint32_t played_instances = 1;
  std::shared_ptr<Settings> played_settings;

  std::shared_ptr<const Space> open(std::string_view name, const Rule& rule) override {
    return truth_->open(name, rule);
  }
  [[nodiscard]] bool immediate() const override { return false; }
  [[nodiscard]] StoreHealth health() const override { return played_health; }
  [[nodiscard]] std::uint32_t instances() const override { return played_instances; }
  [[nodiscard]] std::shared_ptr<Settings> settings() override { return played_settings; }

  void decide(const Call& call, std::move_only_function<void(Answer)> done) override {
    struct Copy {
      std::vector<Check> checks;
      std::vector<OwnedKey> keys;
      std::string id;
      Call call;
    };
    auto copy = std::make_shared<Copy>(Copy{{call.checks.begin(), call.checks.end()}, {}, std::string(call.id), call});
    copy->keys.reserve(call.checks.size());
    for (Check& check : copy->checks) check.key = copy->keys.emplace_back(check.key).view();
    copy->call.checks = copy->checks;
    copy->call.id = copy->id;
    Units units;
    for (const Check& check : call.checks) units.emplace_back(OwnedKey(check.key), check.cost);
    send<Answer>(
        {.units = std::move(units)}, [this, copy](auto then) { truth_->decide(copy->call, std::move(then)); },
        std::move(done),
        [](Fate fate) {
          return Answer{.status = fate == Fate::timeout ? Status::timeout : Status::down, .verdicts = {}};
        });
  }
  void settle(std::string_view id, std::span<const std::int64_t> amounts, Instant now,
              std::move_only_function<void(Settled)> done) override {
    operate(std::move(done), [this, id = std::string(id), own = std::vector(amounts.begin(), amounts.end()),
                              now](auto then) { truth_->settle(id, own, now, std::move(then)); });
  }
  void renew(std::string_view id, Nanos lease, Instant now, std::move_only_function<void(Settled)> done) override {
    operate(std::move(done),
            [this, id = std::string(id), lease, now](auto then) { truth_->renew(id, lease, now, std::move(then)); });
  }
  void reset(const Space& space, Key key, Instant now, std::move_only_function<void(Settled)> done) override {
    operate(std::move(done), [this, &space, key = OwnedKey(key), now](auto then) {
      truth_->reset(space, key.view(), now, std::move(then));
    });
  }
  void reset_all(const Space& space, Instant now, std::move_only_function<void(Settled)> done) override {
    operate(std::move(done), [this, &space, now](auto then) { truth_->reset_all(space, now, std::move(then)); });
  }
  void charge(const Space& space, std::span<const Charge> charges, Instant now,
              std::move_only_function<void(Status)> done) override {
    Units own;
    for (const Charge& one : charges) own.emplace_back(OwnedKey(one.key), one.units);
    send<Status>(
        {.units = own, .by_force = true},
        [this, &space, own, now](auto then) {
          for (const auto& [key, units] : own) {
            const Charge one{.key = key.view(), .units = units};
            truth_->charge(space, std::span(&one, 1), now, [](Status) {});
          }
          then(Status::decided);
        },
        std::move(done), [](Fate fate) { return fate == Fate::timeout ? Status::timeout : Status::down; });
  }

 private:
  template <class Ask>
  void operate(std::move_only_function<void(Settled)> done, Ask ask) {
    send<Settled>({}, std::move(ask), std::move(done),
                  [](Fate) { return Settled(std::unexpected(SettleError::down)); });
  }
  template <class Result, class Ask, class Failure>
  void send(Question asked, Ask ask, std::move_only_function<void(Result)> done, Failure failure) {
    auto result = std::make_shared<std::optional<Result>>();
    auto question = std::make_shared<Question>(std::move(asked));
    question->arrive = [ask = std::move(ask), result]() mutable {
      ask([result](Result got) { result->emplace(std::move(got)); });
    };
    question->answer = [result, failure, done = std::move(done)](Fate fate) mutable {
      done(fate == Fate::answered ? std::move(result->value()) : failure(fate));
    };
    network_(std::move(question));
  }

  Network network_;
  const std::shared_ptr<MemoryStore> truth_;
};

// A network whose questions wait until the test says what becomes of them.
class HeldBack {
 public:
  [[nodiscard]] PlayedStore::Network network() {
    return [this](std::shared_ptr<Question> question) { waiting_.push_back(std::move(question)); };
  }
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }
  // The oldest one.
  void answer() {
    const auto question = next();
    question->arrive();
    question->answer(Fate::answered);
  }
  void lose(Fate fate) { next()->answer(fate); }
  void lose_the_answer() {
    const auto question = next();
    question->arrive();
    question->answer(Fate::timeout);
  }
  // Until nothing is under way, what follows included.
  void answer_all() {
    while (!waiting_.empty()) answer();
  }

 private:
  std::shared_ptr<Question> next() {
    auto question = waiting_.at(0);
    waiting_.pop_front();
    return question;
  }
  std::deque<std::shared_ptr<Question>> waiting_;
};

}  // namespace weir::store
