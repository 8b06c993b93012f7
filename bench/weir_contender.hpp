// weir_contender.hpp: Weir as its users call it, through the public API, answers and all.
#pragma once

#include "contender.hpp"

#include <weir/limiter.hpp>
#include <weir/rule.hpp>
#include <weir/store.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace bench {

inline weir::Rule rule(Quota quota) { return weir::gcra(quota.burst, quota.interval * quota.burst); }

// A store of its own for each contender, so that no other's keys are in it, and room for all of a case's keys.
inline weir::Options own_store() { return {.store = weir::memory_store({.max_keys = 16'000'000})}; }

// One call a key, by numbers or by texts, as `keys_of` finds them in the order.
template <class KeyType, std::vector<KeyType> Order::* keys_of>
class WeirKeys : public Contender {
 public:
  explicit WeirKeys(Quota quota) : WeirKeys(rule(quota)) {}
  explicit WeirKeys(const weir::Rule& rule) : Contender("weir"), limiter_(rule, own_store()) {}
  void prepare(const Order& order) override { keys_ = (order.*keys_of).data(); }
  std::uint64_t call(std::size_t from, std::size_t to) override {
    std::uint64_t allowed = 0;
    for (std::size_t i = from; i < to; ++i) {
      if (limiter_.limit(keys_[i])) ++allowed;
    }
    return allowed;
  }

 private:
  weir::Limiter limiter_;
  const KeyType* keys_ = nullptr;
};
using WeirIntegers = WeirKeys<std::uint64_t, &Order::numbers>;
using WeirTexts = WeirKeys<std::string_view, &Order::texts>;

// 64 keys a call, each decided for itself.
class WeirBatches : public Contender {
 public:
  static constexpr std::size_t size = 64;

  explicit WeirBatches(Quota quota) : Contender("weir, batches of 64"), limiter_(rule(quota), own_store()) {}
  void prepare(const Order& order) override { keys_ = order.numbers.data(); }
  std::uint64_t call(std::size_t from, std::size_t to) override {
    std::uint64_t allowed = 0;
    std::vector<weir::Key> keys;
    keys.reserve(size);
    std::array<weir::Decision, size> decisions;
    for (std::size_t i = from; i < to; i += keys.size()) {
      keys.clear();
      for (std::size_t key = i; key < std::min(i + size, to); ++key) keys.emplace_back(keys_[key]);
      const auto answers = std::span(decisions).first(keys.size());
      limiter_.limit_many(keys, answers);
      for (const weir::Decision& decision : answers) allowed += decision.allowed ? 1 : 0;
    }
    return allowed;
  }

 private:
  weir::Limiter limiter_;
  const std::uint64_t* keys_ = nullptr;
};

}  // namespace bench
