// fake_remote_store.hpp: a store that plays a remote one: it counts in memory, but answers when and how a test says.
#pragma once

#include "limiter/key_rules.hpp"
#include "store/memory/memory_store.hpp"
#include "store/store.hpp"

#include <weir/store.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::limiter {

class FakeRemoteStore final : public store::Store {
 public:
  enum class Mood { answers, waits, down, silent, full };

  void set_mood(Mood mood) {
    const std::scoped_lock lock(mutex_);
    mood_ = mood;
  }
  void set_instances(std::uint32_t instances) { instances_ = instances; }
  // How far its clock is ahead of its users'.
  void set_skew(store::Nanos skew) { skew_ = skew; }
  // What it counts, as nobody's store would tell.
  [[nodiscard]] store::MemoryStore& truth() { return memory_; }
  // Units that were charged by force, in order of arrival, those given back below 0.
  [[nodiscard]] std::vector<std::int64_t> charged() const {
    const std::scoped_lock lock(mutex_);
    return charged_;
  }
  [[nodiscard]] int decisions() const {
    const std::scoped_lock lock(mutex_);
    return decisions_;
  }
  [[nodiscard]] std::vector<std::string> settled() const {
    const std::scoped_lock lock(mutex_);
    return settled_;
  }
  // Mood::waits: lets go of the answers that were held back.
  void answer_now() {
    std::vector<std::move_only_function<void()>> late;
    {
      const std::scoped_lock lock(mutex_);
      late = std::exchange(late_, {});
    }
    for (auto& answer : late) answer();
  }
  [[nodiscard]] std::size_t questions() const {
    const std::scoped_lock lock(mutex_);
    return late_.size();
  }
  [[nodiscard]] bool has_question() const {
    const std::scoped_lock lock(mutex_);
    return !late_.empty();
  }

  std::shared_ptr<const store::Space> open(std::string_view name, const Rule& rule) override {
    return memory_.open(name, rule);
  }
  [[nodiscard]] bool immediate() const override { return false; }
  [[nodiscard]] std::shared_ptr<store::Settings> settings() override { return shared_settings; }
  std::shared_ptr<store::Settings> shared_settings;  // given before limiters are made
  [[nodiscard]] std::optional<store::Nanos> timeout() const override { return own_timeout; }
  [[nodiscard]] bool answers_in_this_thread() const override { return answers_here; }
  std::optional<store::Nanos> own_timeout;
  bool answers_here = false;

  void decide(const store::Call& asked, std::move_only_function<void(store::Answer)> done) override {
    std::unique_lock lock(mutex_);
    store::Call call = asked;
    call.now += skew_;
    ++decisions_;
    switch (mood_) {
      case Mood::answers:
        lock.unlock();
        return memory_.decide(call, std::move(done));
      case Mood::waits:
        late_.emplace_back(
            [this, call = store::Call(call), id = std::string(call.id), done = std::move(done)]() mutable {
              call.id = id;
              memory_.decide(call, std::move(done));
            });
        return;
      case Mood::down:
        lock.unlock();
        return done({.status = store::Status::down, .verdicts = {}});
      case Mood::full:
        lock.unlock();
        return done({.status = store::Status::full, .verdicts = {}});
      case Mood::silent:
        late_.emplace_back(
            [done = std::move(done)]() mutable { done({.status = store::Status::timeout, .verdicts = {}}); });
        return;
    }
  }
  void settle(std::string_view id, std::span<const std::int64_t> amounts, Instant now,
              std::move_only_function<void(store::Settled)> done) override {
    {
      const std::scoped_lock lock(mutex_);
      settled_.emplace_back(id);
    }
    std::vector<std::int64_t> own(amounts.begin(), amounts.end());
    later(std::move(done), [this, id = std::string(id), own = std::move(own), now](auto answer) {
      memory_.settle(id, own, now, std::move(answer));
    });
  }
  void renew(std::string_view id, store::Nanos lease, Instant now,
             std::move_only_function<void(store::Settled)> done) override {
    later(std::move(done),
          [this, id = std::string(id), lease, now](auto answer) { memory_.renew(id, lease, now, std::move(answer)); });
  }
  // The space must live until the answer, as it does with its limiter's.
  void reset(const store::Space& space, Key key, Instant now,
             std::move_only_function<void(store::Settled)> done) override {
    later(std::move(done), [this, &space, whom = OwnedKey(key), now](auto answer) {
      memory_.reset(space, whom.view(), now, std::move(answer));
    });
  }
  void reset_all(const store::Space& space, Instant now, std::move_only_function<void(store::Settled)> done) override {
    later(std::move(done), [this, &space, now](auto answer) { memory_.reset_all(space, now, std::move(answer)); });
  }
  void charge(const store::Space& space, std::span<const store::Charge> charges, Instant now,
              std::move_only_function<void(store::Status)> done) override {
    std::unique_lock lock(mutex_);
    if (mood_ == Mood::down || mood_ == Mood::full) {
      lock.unlock();
      return done(mood_ == Mood::down ? store::Status::down : store::Status::full);
    }
    for (const store::Charge& one : charges) charged_.push_back(one.units);
    auto ask = [this, &space, charges, now, done = std::move(done)]() mutable {
      memory_.charge(space, charges, now, std::move(done));
    };
    if (mood_ == Mood::waits) {
      late_.emplace_back(std::move(ask));
      return;
    }
    lock.unlock();
    ask();
  }
  [[nodiscard]] std::uint32_t instances() const override { return instances_; }

 private:
  using OnSettled = std::move_only_function<void(store::Settled)>;

  // As the mood says; `ask(done)` asks the memory.
  template <class Ask>
  void later(OnSettled done, Ask ask) {
    std::unique_lock lock(mutex_);
    switch (mood_) {
      case Mood::answers:
        lock.unlock();
        return ask(std::move(done));
      case Mood::waits:
        late_.emplace_back([done = std::move(done), ask = std::move(ask)]() mutable { ask(std::move(done)); });
        return;
      case Mood::full:
      case Mood::down:
        lock.unlock();
        return done(std::unexpected(store::SettleError::down));
      case Mood::silent:
        late_.emplace_back([done = std::move(done)]() mutable { done(std::unexpected(store::SettleError::down)); });
        return;
    }
  }

  mutable std::mutex mutex_;
  Mood mood_ = Mood::answers;
  int decisions_ = 0;
  std::vector<std::string> settled_;
  std::vector<std::int64_t> charged_;
  std::atomic<std::uint32_t> instances_{1};
  store::Nanos skew_{0};
  std::vector<std::move_only_function<void()>> late_;
  store::MemoryStore memory_;
};

}  // namespace weir::limiter
