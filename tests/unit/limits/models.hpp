// models.hpp: each algorithm once more, as naively as it can be said, in integers that have no end. None shares a line
// with the code it is held against.
#pragma once

#include "limits/verdict.hpp"

#include <weir/rule.hpp>

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <chrono>
#include <map>

namespace weir::limits::model {

// 256 bits hold everything the traces can reach; checked: it throws rather than wraps.
using Int = boost::multiprecision::checked_int256_t;

inline Int nanos(Instant at) { return at.time_since_epoch().count(); }
inline Int floor_divided(const Int& a, const Int& b) { return a >= 0 ? Int(a / b) : Int(-((b - 1 - a) / b)); }
inline Int rounded_up(const Int& a, const Int& b) { return -floor_divided(-a, b); }
inline Int capacity(const Rule& rule) { return rule.burst == 0 ? rule.count : rule.burst; }

// Windows by number; one map entry for each that was ever used.
class Counted {
 public:
  explicit Counted(const Rule& rule) : limit_(rule.count), length_(rule.period.length().count()) {
    if (rule.anchor) origin_ = Int(std::chrono::sys_days{*rule.anchor}.time_since_epoch().count()) * 86'400'000'000'000;
  }
  [[nodiscard]] const Int& limit() const { return limit_; }

 protected:
  [[nodiscard]] Int number(Instant at) const { return floor_divided(nanos(at) - origin_, length_); }
  [[nodiscard]] Int count(const Int& window) const {
    const auto found = counts_.find(window);
    return found == counts_.end() ? Int(0) : found->second;
  }

  Int limit_;
  Int length_;
  Int origin_ = 0;
  std::map<Int, Int> counts_;
};

class FixedWindow : public Counted {
 public:
  using Counted::Counted;
  [[nodiscard]] Int used(Instant now) const { return count(counting(now)); }
  void spend(Instant now, const Int& amount) { put(counting(now), amount); }
  void give_back(Instant now, const Int& amount, Instant held_at) {
    if (number(held_at) == counting(now)) put(counting(now), -amount);
  }

 private:
  [[nodiscard]] Int counting(Instant now) const {  // the latest window that holds anything, if that is later than now
    return counts_.empty() ? number(now) : std::max(number(now), counts_.rbegin()->first);
  }
  void put(const Int& window, const Int& amount) {
    const Int sum = count(window) + amount;
    counts_[window] = sum;
    if (sum <= 0) counts_.erase(window);
    if (sum <= 0 && amount < 0) {
      // A key with nothing counted in its window is as good as never seen: older windows are forgotten.
      if (sum - amount > 0) counts_.clear();
    }
  }
};

class SlidingWindow : public Counted {
 public:
  using Counted::Counted;
  [[nodiscard]] Int used(Instant now) const {
    const Int window = counting(now);
    const Int since_start = std::max(Int(0), nanos(now) - origin_ - window * length_);
    return count(window) + rounded_up(count(window - 1) * (length_ - since_start), length_);
  }
  void spend(Instant now, const Int& amount) {
    const Int window = counting(now);
    if (amount > 0) {
      counts_[window] += amount;
      latest_ = window;
    } else if (amount < 0) {
      const Int here = std::min(count(window), Int(-amount));
      const Int before = std::min(count(window - 1), Int(-amount - here));
      take_off(window, window, here);
      take_off(window, window - 1, before);
    }
  }
  void give_back(Instant now, const Int& amount, Instant held_at) {
    const Int window = counting(now);
    const Int held_in = number(held_at);
    if (held_in == window || held_in == window - 1) take_off(window, held_in, std::min(amount, count(held_in)));
  }

 private:
  [[nodiscard]] Int counting(Instant now) const {
    return counts_.empty() ? number(now) : std::max(number(now), latest_);
  }
  void take_off(const Int& window, const Int& from, const Int& amount) {
    if (amount == 0) return;
    counts_[from] -= amount;
    latest_ = window;
    if (count(window) == 0 && count(window - 1) == 0) counts_.clear();  // as good as never seen
  }
  Int latest_ = 0;  // the latest window in which anything was changed
};

class SlidingLog {
 public:
  explicit SlidingLog(const Rule& rule) : limit_(rule.count), length_(rule.period.length().count()) {}
  [[nodiscard]] const Int& limit() const { return limit_; }
  [[nodiscard]] Int used(Instant now) const {
    Int sum = 0;
    for (auto call = calls_.rbegin(); call != calls_.rend() && call->first > when(now) - length_; ++call) {
      sum += call->second;
    }
    return sum;
  }
  void spend(Instant now, Int amount) {
    if (amount == 0) return;
    const Int at = when(now);
    std::erase_if(calls_, [&](const auto& call) { return call.first <= at - length_; });
    if (amount > 0) {
      if (!calls_.contains(at) && Int(calls_.size()) >= limit_) {  // debt joins the newest call
        amount += calls_.rbegin()->second;
        calls_.erase(std::prev(calls_.end()));
      }
      calls_[at] += amount;
    }
    while (amount < 0 && !calls_.empty()) {
      const auto newest = std::prev(calls_.end());
      amount += newest->second;
      newest->second = amount;
      if (amount <= 0) calls_.erase(newest);
    }
  }
  void give_back(Instant now, const Int& amount, Instant held_at) {
    const auto call = calls_.lower_bound(nanos(held_at));
    if (nanos(held_at) <= when(now) - length_ || call == calls_.end()) return;
    call->second -= std::min(amount, call->second);
    if (call->second == 0) calls_.erase(call);
  }

 private:
  [[nodiscard]] Int when(Instant now) const {
    return calls_.empty() ? nanos(now) : std::max(nanos(now), calls_.rbegin()->first);
  }
  Int limit_;
  Int length_;
  std::map<Int, Int> calls_;  // by time
};

// A leaking bucket: what is used drains evenly, count units a period. Counted in 1/period of a unit, so that a ns
// drains exactly `count` of them.
class Bucket {
 public:
  explicit Bucket(const Rule& rule)
      : limit_(capacity(rule)), count_(rule.count), period_(rule.period.length().count()) {}
  [[nodiscard]] const Int& limit() const { return limit_; }
  [[nodiscard]] Int used(Instant now) const { return rounded_up(level(now), period_); }
  void spend(Instant now, const Int& amount) {
    if (amount == 0 || (amount < 0 && level(now) == 0)) return;
    level_ = std::max(Int(0), Int(level(now) + amount * period_));
    at_ = nanos(now);
    used_ = true;
  }
  void give_back(Instant now, const Int& amount, Instant held_at) {
    if ((nanos(now) - nanos(held_at)) * count_ < limit_ * period_) spend(now, -amount);
  }

 private:
  [[nodiscard]] Int level(Instant now) const {  // a clock before at_ sees what had not drained by then
    return used_ ? std::max(Int(0), Int(level_ - (nanos(now) - at_) * count_)) : Int(0);
  }
  Int limit_;
  Int count_;
  Int period_;
  Int level_ = 0;
  Int at_ = 0;
  bool used_ = false;
};

class IntervalBucket {
 public:
  explicit IntervalBucket(const Rule& rule)
      : limit_(capacity(rule)), count_(rule.count), interval_(rule.period.length().count()) {}
  [[nodiscard]] const Int& limit() const { return limit_; }
  [[nodiscard]] Int used(Instant now) const {
    return std::max(Int(0), Int(used_ - (intervals(now) - credited_) * count_));
  }
  void spend(Instant now, const Int& amount) {
    const Int before = used(now);
    const Int after = std::max(Int(0), Int(before + amount));
    if (after == before) return;
    if (before == 0) {  // full: its intervals start here
      first_use_ = nanos(now);
      credited_ = 0;
    } else {
      credited_ = intervals(now);
    }
    used_ = after;
  }
  void give_back(Instant now, const Int& amount, Instant held_at) {
    if (nanos(now) - nanos(held_at) < rounded_up(limit_, count_) * interval_) spend(now, -amount);
  }

 private:
  [[nodiscard]] Int intervals(Instant now) const {
    return std::max(credited_, floor_divided(nanos(now) - first_use_, interval_));
  }
  Int limit_;
  Int count_;
  Int interval_;
  Int first_use_ = 0;
  Int credited_ = 0;  // intervals since first use that used_ has seen
  Int used_ = 0;
};

}  // namespace weir::limits::model
