#include "limiter/remote_joint.hpp"

#include "limiter/decide_now.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace weir::limiter {

// Two words, so that what takes it needs no memory for it.
struct RemoteJoint::OnAnswer {
  Pointer self;
  std::uint32_t asked;
  void operator()(const store::Answer& answer) const {
    if (self->take_over(asked)) {
      self->answered(answer);
    } else {
      self->came_late(answer);
    }
  }
};

RemoteJoint::Pointer RemoteJoint::make(std::span<const Check> checks, const Terms& terms) {
  Pointer made(new RemoteJoint);
  made->id_ = terms.id;
  std::size_t length = 0;
  for (const Check& check : checks) length += check.key.text().size();
  made->texts_.reserve(length);  // the keys are views of it
  made->items_.reserve(checks.size());
  for (const Check& check : checks) {
    Check owned = check;
    if (!check.key.is_number()) {
      const std::string_view text = check.key.text();
      const auto begin = made->texts_.insert(made->texts_.end(), text.begin(), text.end());
      owned.key = std::string_view(made->texts_.data() + (begin - made->texts_.begin()), text.size());
    }
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

// A store that answers here is not late because its thread is: a timer in this thread would be, too.
std::chrono::nanoseconds RemoteJoint::time_to_watch() {
  if (items_.size() != 1 || timeout_.count() == 0) return timeout_;
  const Item& item = items_.front();
  const store::Settings* const settings = item.limiter->settings.get();
  if (settings != nullptr && !settings->current()) return timeout_;
  const auto keeps = item.room().timeout();
  store_keeps_time_ = keeps && *keeps <= timeout_ && item.room().answers_in_this_thread();
  return store_keeps_time_ ? std::chrono::nanoseconds(0) : timeout_;
}

void RemoteJoint::start(Done done) {
  done_ = std::move(done);
  see_settings(0);
}

void RemoteJoint::see_settings(std::size_t from) {
  for (std::size_t i = from; i < items_.size(); ++i) {
    store::Settings* const settings = items_[i].limiter->settings.get();
    if (settings == nullptr) continue;
    if (store_keeps_time_ || settings->current()) {
      settings->poll();
      continue;
    }
    const std::uint32_t asked = ++questions_;
    awaited_.store(asked);
    settings->when_current([self = Pointer(this), asked, i] {
      if (self->take_over(asked)) self->see_settings(i + 1);
    });
    // expire() may have looked before it waited.
    if (expired_.load() && take_over(asked)) break;
    return;
  }
  begin();
}

void RemoteJoint::begin() {
  joint_.emplace(items_, terms_);
  go_on();
}

void RemoteJoint::go_on() {
  while (auto question = joint_->next()) {
    const Item& first = items_[question->items.front()];
    if (first.memory() != nullptr) {
      ask_now(*joint_, *question);
    } else if (question->kind == Question::Kind::give_back) {
      give_back(*question);
    } else if (expired_.load()) {
      joint_->answer(*question, store::Status::timeout, {});
    } else {
      return ask(*std::move(question));
    }
  }
  finish();
}

void RemoteJoint::finish() {
  Late late{};
  {
    const std::scoped_lock lock(mutex_);
    finished_ = true;
    late = late_;
    over_.notify_all();
  }
  make_good(late);
  if (auto done = std::exchange(done_, nullptr)) done(*joint_);
}

void RemoteJoint::ask(Question question) {
  const std::uint32_t asked = ++questions_;
  question_ = std::move(question);
  checks_.resize(question_.items.size());
  const store::Call call = joint_->call(question_, checks_);
  question_.asked = call.now;
  store::Store& room = items_[question_.items.front()].room();
  const Pointer self(this);
  awaited_.store(asked);
  room.decide(call, OnAnswer{self, asked});
  // expire() may have looked before the question was out.
  if (expired_.load() && take_over(asked)) gave_up();
}

void RemoteJoint::expire() {
  const Pointer self(this);
  expired_.store(true);
  const std::uint32_t asked = awaited_.load();
  if (asked == 0 || !take_over(asked)) return;
  if (!joint_) return begin();
  gave_up();
}

bool RemoteJoint::take_over(std::uint32_t asked) { return awaited_.compare_exchange_strong(asked, 0); }

void RemoteJoint::answered(const store::Answer& answer) {
  const Question question = std::exchange(question_, {});
  const Item& first = items_[question.items.front()];
  store::Store& room = first.room();
  const bool reached = answer.status == store::Status::decided || answer.status == store::Status::repeated ||
                       answer.status == store::Status::conflict;
  if (answer.status == store::Status::timeout) let_go(question);
  joint_->answer(question, answer.status, answer.verdicts);
  go_on();
  if (reached) first.limiter->handle->outage->answered(room, question.asked);  // after it: nobody waits for that
}

void RemoteJoint::gave_up() {
  given_up_ = std::exchange(question_, {});
  joint_->answer(given_up_, store::Status::timeout, {});
  go_on();
}

// Nobody else knows the id, so nobody would settle what may be held under it.
void RemoteJoint::let_go(const Question& question) {
  if (!joint_->terms().own_id || question.id.empty()) return;
  Limiter::Impl& limiter = *items_[question.items.front()].limiter;
  limiter.handle->outage->keep({.id = question.id, .amounts = {0}, .since = limiter.now()});
}

// What it says is made good when all is decided: by whoever comes second.
void RemoteJoint::came_late(const store::Answer& answer) {
  const bool granted =
      answer.status == store::Status::decided && std::ranges::all_of(answer.verdicts, &store::Verdict::allowed);
  const Late late = granted ? Late::granted : answer.status == store::Status::timeout ? Late::unknown : Late::nothing;
  {
    const std::scoped_lock lock(mutex_);
    late_ = late;
    if (!finished_) return;
  }
  make_good(late);
}

void RemoteJoint::make_good(Late late) {
  if (late == Late::unknown) let_go(given_up_);
  if (late == Late::granted) undo_late();
}

// What the store has charged by now was decided without it: it is given back, unless that let the call pass uncounted.
void RemoteJoint::undo_late() {
  if (given_up_.kind != Question::Kind::charge) return;
  const bool allowed = joint_->outcome().allowed;
  const Item& first = items_[given_up_.items.front()];
  const auto& handle = first.limiter->handle;
  if (!given_up_.id.empty()) {
    if (!joint_->terms().own_id) return;  // who repeats the call gets this answer
    constexpr std::int64_t nothing = 0;
    return settle_part(handle->shared_from_this(), first.limiter->room(), given_up_.id, std::span(&nothing, 1),
                       first.limiter->now(), [](const Settled&) {});
  }
  for (const std::uint8_t place : given_up_.items) {
    const Item& item = items_[place];
    if (item.book != nullptr) {
      handle->outage->granted(item.book, item.key, -item.cost, given_up_.asked);
    } else if (item.fallback == nullptr && !(allowed && item.limiter->on_error == OnError::allow)) {
      item.limiter->local->owe(item.space_owner, item.key, -item.cost, item.limiter->room().instances(),
                               given_up_.asked);
    }
  }
}

void RemoteJoint::give_back(const Question& question) {
  const Item& first = items_[question.items.front()];
  if (!question.id.empty()) {
    constexpr std::int64_t nothing = 0;
    return settle_part(first.limiter->handle->shared_from_this(), first.room(), question.id, std::span(&nothing, 1),
                       first.limiter->now(), [](const Settled&) {});
  }
  // The keys live until the store has answered.
  const auto checks = std::make_shared<std::vector<store::Check>>(question.items.size());
  const store::Call call = joint_->call(question, *checks);
  first.room().decide(
      call, [self = Pointer(this), checks, items = question.items, now = call.now](const store::Answer& answer) {
        if (answer.status != store::Status::down && answer.status != store::Status::full) return;
        for (const std::uint8_t place : items) {
          const Item& item = self->items_[place];
          item.limiter->local->owe(item.space_owner, item.key, -item.cost, item.limiter->room().instances(), now);
        }
      });
}

bool RemoteJoint::finished() {
  const std::scoped_lock lock(mutex_);
  return finished_;
}

void RemoteJoint::wait_until(Deadline deadline) {
  const auto done = [&] { return finished_; };
  {
    std::unique_lock lock(mutex_);
    if (over_.wait_until(lock, deadline, done)) return;
  }
  expire();
  std::unique_lock lock(mutex_);
  over_.wait(lock, done);  // whoever moves it on no longer asks anybody who makes it wait
}

RemoteJoint::Deadline deadline_after(std::chrono::nanoseconds timeout) {
  const auto now = std::chrono::steady_clock::now();
  return now + std::min<std::chrono::nanoseconds>(timeout, RemoteJoint::Deadline::max() - now);
}

void decide_and_wait(RemoteJoint& joint) {
  for (const Item& item : joint.items()) require_may_wait(item.room());
  joint.start();
  if (joint.finished()) return;
  joint.wait_until(deadline_after(joint.timeout()));
}

}  // namespace weir::limiter
