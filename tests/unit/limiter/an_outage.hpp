// an_outage.hpp: a process that uses a store which can go away.
#pragma once

#include <weir/weir.hpp>

#include "limiter/fake_clock.hpp"
#include "limiter/fake_remote_store.hpp"
#include "limiter/matchers.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <memory>
#include <utility>

namespace weir::limiter {

using Mood = FakeRemoteStore::Mood;

class AnOutage : public testing::Test {
 protected:
  Limiter limiter(const Rule& rule, Options options = {}) {
    options.store = handle_;
    if (options.prefix.empty()) options.prefix = "shared";
    if (!options.timeout) options.timeout = 1min;  // the fake answers at once, or its test sets a short one
    return Limiter(rule, std::move(options));
  }
  // Decides until one is refused.
  static int granted(Limiter& limiter, Key key, int most = 1000) {
    int granted = 0;
    while (granted < most && limiter.limit(key)) ++granted;
    return granted;
  }
  void goes_away() { store_->set_mood(Mood::down); }
  void is_back() { store_->set_mood(Mood::answers); }
  // Some other process of the same limit.
  void somebody_uses(const Rule& rule, Key key, std::int64_t units) {
    store_->truth().charge_now(*store_->truth().open("shared", rule), key, clock_.now(), units);
  }
  // What the store has counted of a key.
  std::int64_t used(const Rule& rule, Key key) {
    const auto found = store_->truth().take_one(*store_->truth().open("shared", rule), key, clock_.now(), 0);
    return found.limit - found.remaining + found.debt;
  }

  FakeClock clock_;
  std::shared_ptr<FakeRemoteStore> store_ = std::make_shared<FakeRemoteStore>();
  std::shared_ptr<Store> handle_ = std::make_shared<Store>(store_, &clock_);
};

}  // namespace weir::limiter
