#include "gateway/first_settings.hpp"

#include <utility>

namespace weir::gateway {

std::shared_ptr<FirstSettings> FirstSettings::ask(store::Settings& settings) {
  const std::shared_ptr<FirstSettings> first(new FirstSettings);
  settings.when_current([first] { first->end(); });
  return first;
}

bool FirstSettings::over() const {
  const std::scoped_lock lock(mutex_);
  return over_;
}

bool FirstSettings::park(Wake wake) {
  const std::scoped_lock lock(mutex_);
  if (over_) return false;
  wake_ = std::move(wake);
  return true;
}

void FirstSettings::leave() {
  Wake forgotten;  // goes after the lock is given back
  const std::scoped_lock lock(mutex_);
  forgotten.swap(wake_);
}

void FirstSettings::then(const std::shared_ptr<Unanswered>& next) {
  {
    const std::scoped_lock lock(mutex_);
    next_ = next;
    if (!expired_) return;
  }
  next->expire();
}

void FirstSettings::expire() {
  std::shared_ptr<Unanswered> next;
  {
    const std::scoped_lock lock(mutex_);
    expired_ = true;
    next = next_.lock();
  }
  end();
  if (next) next->expire();
}

void FirstSettings::end() {
  Wake wake;
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
    wake = std::exchange(wake_, nullptr);
  }
  if (wake) wake();
}

}  // namespace weir::gateway
