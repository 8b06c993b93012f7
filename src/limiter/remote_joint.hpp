// remote_joint.hpp: drives a Joint over stores that answer later. Owns all it needs, its keys too, until it is done.
//
// At any moment one party moves it on: who started it, the store's thread that brings an answer, or whoever says that
// its time is up. `awaited_` is the number of the question that is out; taking it away from there makes one that party.
#pragma once

#include "limiter/joint.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace weir::limiter {

class RemoteJoint : public std::enable_shared_from_this<RemoteJoint> {
 public:
  using Done = std::move_only_function<void(Joint&)>;

  // `done` is called once: within start() or expire(), or on a store's thread.
  static std::shared_ptr<RemoteJoint> make(std::span<const Check> checks, const Terms& terms);
  void start(Done done);
  // No time is left: what was not answered is decided by `on_error`, now. May be called at any time, by anyone.
  void expire();

  // Once it was started and is done.
  [[nodiscard]] Joint& joint() { return *joint_; }
  [[nodiscard]] std::span<const Item> items() const { return items_; }
  // The longest that may be waited for its stores; 0 when none of them makes one wait.
  [[nodiscard]] std::chrono::nanoseconds timeout() const { return timeout_; }

 private:
  RemoteJoint() = default;
  // What was set at run time should be known before it is seen who is denied and which rates hold. From the nth item.
  void see_settings(std::size_t from);
  void begin();
  void go_on();
  void ask(Question question);
  void give_back(const Question& question);
  [[nodiscard]] bool take_over(std::uint32_t asked);
  void answered(const store::Answer& answer);
  void came_late(store::Store& room, const std::string& id, const store::Answer& answer);

  std::vector<std::string> texts_;  // of the keys
  std::string id_;
  std::vector<Item> items_;
  Terms terms_;
  std::unique_ptr<Joint> joint_;  // none before the first question
  std::chrono::nanoseconds timeout_{0};
  Question question_;     // the one that is out, or was last
  Joint::Checks checks_;  // of that question
  Done done_;
  std::uint32_t questions_ = 0;
  std::atomic<std::uint32_t> awaited_{0};  // 0: none is out
  std::atomic<bool> expired_{false};
};

// Waits for it: at most its timeout. Returns when it is done.
void decide_and_wait(RemoteJoint& joint);

}  // namespace weir::limiter
