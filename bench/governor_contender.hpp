// governor_contender.hpp: governor 0.10, the fastest keyed limiter known; its loops run inside Rust (governor/).
#pragma once

#include "contender.hpp"
#include "governor/governor.h"

#include <memory>

namespace bench {

class GovernorIntegers : public Contender {
 public:
  explicit GovernorIntegers(Quota quota)
      : Contender("governor"),
        limiter_(governor_integers_new(static_cast<std::uint64_t>(quota.interval.count()), quota.burst)) {}
  void prepare(const Order& order) override { keys_ = order.numbers.data(); }
  std::uint64_t call(std::size_t from, std::size_t to) override {
    return governor_integers_check(limiter_.get(), keys_ + from, to - from);
  }

 private:
  struct Free {
    void operator()(GovernorIntegerLimiter* limiter) const { governor_integers_free(limiter); }
  };
  std::unique_ptr<GovernorIntegerLimiter, Free> limiter_;
  const std::uint64_t* keys_ = nullptr;
};

class GovernorTexts : public Contender {
 public:
  explicit GovernorTexts(Quota quota)
      : Contender("governor"),
        limiter_(governor_texts_new(static_cast<std::uint64_t>(quota.interval.count()), quota.burst)) {}
  void prepare(const Order& order) override {
    keys_.reset();
    keys_.reset(governor_texts_prepare(views(order).data(), order.texts.size()));
  }
  std::uint64_t call(std::size_t from, std::size_t to) override {
    return governor_texts_check(limiter_.get(), keys_.get(), from, to);
  }

 private:
  struct Free {
    void operator()(GovernorTextLimiter* limiter) const { governor_texts_free(limiter); }
    void operator()(GovernorKeys* keys) const { governor_texts_discard(keys); }
  };
  static std::vector<GovernorText> views(const Order& order) {
    std::vector<GovernorText> all;
    all.reserve(order.texts.size());
    for (const std::string_view text : order.texts) all.push_back({text.data(), text.size()});
    return all;
  }
  std::unique_ptr<GovernorTextLimiter, Free> limiter_;
  std::unique_ptr<GovernorKeys, Free> keys_;
};

}  // namespace bench
