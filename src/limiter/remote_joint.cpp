#include "limiter/remote_joint.hpp"

#include "limiter/decide_now.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace weir::limiter {

std::shared_ptr<RemoteJoint> RemoteJoint::make(std::span<const Check> checks, const Terms& terms) {
  const std::shared_ptr<RemoteJoint> made(new RemoteJoint);
  made->id_ = terms.id;
  made->texts_.reserve(checks.size());
  made->items_.reserve(checks.size());
  for (const Check& check : checks) {
    Check owned = check;
    if (!check.key.is_number()) owned.key = made->texts_.emplace_back(check.key.text());
    Item& item = made->items_.emplace_back(owned);
    item.owner = check.limiter->impl();
    if (item.memory() != nullptr) continue;
    // A decision waits no longer than any of its limiters would.
    made->timeout_ =
        made->timeout_.count() == 0 ? item.limiter->timeout : std::min(made->timeout_, item.limiter->timeout);
  }
  made->terms_ = terms;
  made->terms_.id = made->id_;
  return made;
}

void RemoteJoint::start(Done done) {
  done_ = std::move(done);
  see_settings(0);
}

void RemoteJoint::see_settings(std::size_t from) {
  for (std::size_t i = from; i < items_.size(); ++i) {
    store::Settings* const settings = items_[i].limiter->settings.get();
    if (settings == nullptr) continue;
    if (settings->current()) {
      settings->poll();
      continue;
    }
    const std::uint32_t asked = ++questions_;
    awaited_.store(asked);
    settings->when_current([self = shared_from_this(), asked, i] {
      if (self->take_over(asked)) self->see_settings(i + 1);
    });
    // expire() may have looked before it waited.
    if (expired_.load() && take_over(asked)) break;
    return;
  }
  begin();
}

void RemoteJoint::begin() {
  joint_ = std::make_unique<Joint>(items_, terms_);
  go_on();
}

void RemoteJoint::go_on() {
  while (auto question = joint_->next()) {
    const Item& first = items_[question->items.front()];
    if (question->kind == Question::Kind::give_back) {
      give_back(*question);
    } else if (first.memory() != nullptr) {
      ask_now(*joint_, *question);
    } else if (expired_.load()) {
      joint_->answer(*question, store::Status::timeout, {});
    } else {
      return ask(*std::move(question));
    }
  }
  auto done = std::exchange(done_, nullptr);
  done(*joint_);
}

void RemoteJoint::ask(Question question) {
  const auto self = shared_from_this();
  const std::uint32_t asked = ++questions_;
  question_ = std::move(question);
  store::Store& room = items_[question_.items.front()].room();
  const store::Call call = joint_->call(question_, checks_);
  std::string hold_id = joint_->terms().own_id ? question_.id : std::string();
  awaited_.store(asked);
  room.decide(call, [self, asked, &room, hold_id = std::move(hold_id)](const store::Answer& answer) {
    if (self->take_over(asked)) return self->answered(answer);
    self->came_late(room, hold_id, answer);
  });
  // expire() may have looked before the question was out.
  if (expired_.load() && take_over(asked)) answered({.status = store::Status::timeout, .verdicts = {}});
}

void RemoteJoint::expire() {
  expired_.store(true);
  const std::uint32_t asked = awaited_.load();
  if (asked == 0 || !take_over(asked)) return;
  if (joint_ == nullptr) return begin();
  answered({.status = store::Status::timeout, .verdicts = {}});
}

bool RemoteJoint::take_over(std::uint32_t asked) { return awaited_.compare_exchange_strong(asked, 0); }

void RemoteJoint::answered(const store::Answer& answer) {
  const Question question = std::exchange(question_, {});
  joint_->answer(question, answer.status, answer.verdicts);
  go_on();
}

void RemoteJoint::came_late(store::Store& room, const std::string& id, const store::Answer& answer) {
  if (id.empty() || answer.status != store::Status::decided) return;
  if (!std::ranges::all_of(answer.verdicts, &store::Verdict::allowed)) return;
  constexpr std::int64_t nothing = 0;
  room.settle(id, std::span(&nothing, 1), items_.front().limiter->now(),
              [self = shared_from_this()](const store::Settled&) {});
}

void RemoteJoint::give_back(const Question& question) {
  const auto self = shared_from_this();  // the keys live until the store has answered
  const Item& first = items_[question.items.front()];
  const auto checks = std::make_shared<Joint::Checks>();
  const store::Call call = joint_->call(question, *checks);
  if (question.id.empty()) {
    first.room().decide(call, [self, checks](const store::Answer&) {});
  } else {
    constexpr std::int64_t nothing = 0;
    first.room().settle(question.id, std::span(&nothing, 1), call.now, [self](const store::Settled&) {});
  }
}

void decide_and_wait(RemoteJoint& joint) {
  for (const Item& item : joint.items()) require_may_wait(item.room());
  struct Waiting {
    std::mutex mutex;
    std::condition_variable over;
    bool done = false;
  };
  const auto waiting = std::make_shared<Waiting>();
  joint.start([waiting](Joint&) {
    const std::scoped_lock lock(waiting->mutex);
    waiting->done = true;
    waiting->over.notify_one();
  });
  const auto done = [&] { return waiting->done; };
  std::unique_lock lock(waiting->mutex);
  if (waiting->over.wait_for(lock, joint.timeout(), done)) return;
  lock.unlock();
  joint.expire();
  lock.lock();
  waiting->over.wait(lock, done);  // whoever moves it on no longer asks anybody who makes it wait
}

}  // namespace weir::limiter
