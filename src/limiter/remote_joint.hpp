// remote_joint.hpp: drives a Joint over stores that answer later. Owns all it needs, its keys too, until it is done.
//
// At any moment one party moves it on: who started it, the store's thread that brings an answer, or whoever says that
// its time is up. `awaited_` is the number of the question that is out; taking it away from there makes one that party.
//
// One allocation, this object, for a decision over one limit with a short key. It stays below 1032 bytes, up to which
// glibc keeps freed memory at hand for each thread; what is larger costs several times as much.
#pragma once

#include "limiter/joint.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>

namespace weir::limiter {

class RemoteJoint : public boost::intrusive_ref_counter<RemoteJoint> {
 public:
  using Pointer = boost::intrusive_ptr<RemoteJoint>;
  using Done = std::move_only_function<void(Joint&)>;
  using Deadline = std::chrono::steady_clock::time_point;

  [[nodiscard]] static Pointer make(std::span<const Check> checks, const Terms& terms);
  // `done`, if any, is called once: within start() or expire(), or on a store's thread.
  void start(Done done = nullptr);
  // No time is left: what was not answered is decided by `on_error`, now. May be called at any time, by anyone.
  void expire();
  // Returns when it is done; expires it at the deadline.
  void wait_until(Deadline deadline);

  // Once it was started and is done.
  [[nodiscard]] Joint& joint() { return *joint_; }
  [[nodiscard]] std::span<const Item> items() const { return items_; }
  // The longest that may be waited for its stores; 0 when none of them makes one wait.
  [[nodiscard]] std::chrono::nanoseconds timeout() const { return timeout_; }
  // Of that, what whoever starts it now has to keep; 0: its store does, in this thread.
  [[nodiscard]] std::chrono::nanoseconds time_to_watch();
  [[nodiscard]] bool finished();

 private:
  struct OnAnswer;
  enum class Late : std::uint8_t { nothing, granted, unknown };  // what was given up, after all

  RemoteJoint() = default;
  // What was set at run time should be known before it is seen who is denied and which rates hold. From the nth item.
  void see_settings(std::size_t from);
  void begin();
  void go_on();
  void finish();
  void ask(Question question);
  void give_back(const Question& question);
  [[nodiscard]] bool take_over(std::uint32_t asked);
  void answered(const store::Answer& answer);
  void gave_up();
  void came_late(const store::Answer& answer);
  void make_good(Late late);
  void undo_late();
  void let_go(const Question& question);

  boost::container::small_vector<char, 64> texts_;  // of the keys, one behind the other
  std::string id_;
  boost::container::small_vector<Item, 1> items_;
  Terms terms_;
  std::optional<Joint> joint_;  // none before the first question
  std::chrono::nanoseconds timeout_{0};
  bool store_keeps_time_ = false;                           // as it waits for nothing else
  Question question_;                                       // the one that is out, or was last
  boost::container::small_vector<store::Check, 2> checks_;  // of that question
  Question given_up_;                                       // that one, when it was not waited for to the end
  Done done_;
  std::uint32_t questions_ = 0;
  std::atomic<std::uint32_t> awaited_{0};  // 0: none is out
  std::atomic<bool> expired_{false};

  std::mutex mutex_;  // of what follows
  std::condition_variable over_;
  bool finished_ = false;
  Late late_ = Late::nothing;
};

[[nodiscard]] RemoteJoint::Deadline deadline_after(std::chrono::nanoseconds timeout);  // never overflows

// Waits for it: at most its timeout. Returns when it is done. Not where its answers come: std::logic_error.
void decide_and_wait(RemoteJoint& joint);

}  // namespace weir::limiter
