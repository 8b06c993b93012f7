#include "store/redis/link/pipeline.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace weir::store::redis {
namespace {

// Bytes of a command that is written by itself: a script call of some fifteen keys. For fewer a write of their own
// costs more than it brings.
constexpr std::size_t alone = 512;

}  // namespace

void Pipeline::push(Command command, Deadline deadline, OnReply done) {
  earliest_ = waiting_ == 0 ? deadline : std::min(earliest_, deadline);
  ++waiting_;
  if (!done) done = [](const Reply&) {};  // an empty one means that nobody waits any more
  unsent_.push_back({.bytes = std::move(command.bytes), .done = std::move(done), .deadline = deadline});
}

void Pipeline::write_to(std::string& out, Deadline now) {
  bool full = false;
  while (!unsent_.empty() && !full) {
    Entry& entry = unsent_.front();
    full = entry.bytes.size() >= alone;
    if (full && !out.empty()) return;
    out += entry.bytes;
    if (!repeatable_) entry.bytes = {};
    entry.written = now;
    due_.push_back(std::move(entry));
    unsent_.pop_front();
  }
}

bool Pipeline::answer(Reply reply) {
  if (due_.empty()) return false;
  OnReply done = std::move(due_.front().done);
  due_.pop_front();
  if (!done) return true;
  --waiting_;
  done(reply);
  return true;
}

bool Pipeline::repeat() {
  Entry entry = std::move(due_.front());
  due_.pop_front();
  if (!entry.done) return false;
  unsent_.push_front(std::move(entry));
  return true;
}

bool Pipeline::expire(Deadline now) {
  if (waiting_ == 0 || now < earliest_) return false;
  std::vector<OnReply> late;
  earliest_ = Deadline::max();
  const auto is_late = [&](Entry& entry) {
    if (!entry.done) return false;
    if (entry.deadline > now) {
      earliest_ = std::min(earliest_, entry.deadline);
      return false;
    }
    late.push_back(std::exchange(entry.done, nullptr));
    return true;
  };
  for (Entry& entry : due_) is_late(entry);
  std::erase_if(unsent_, is_late);
  waiting_ -= late.size();
  for (OnReply& done : late) done(std::unexpected(Failure::timeout));
  return !late.empty();
}

void Pipeline::fail(std::deque<Entry>& entries, Failure failure) {
  std::deque<Entry> failed = std::exchange(entries, {});
  waiting_ -=
      static_cast<std::size_t>(std::ranges::count_if(failed, [](const Entry& entry) { return bool(entry.done); }));
  for (Entry& entry : failed) {
    if (entry.done) entry.done(std::unexpected(failure));
  }
}

void Pipeline::fail_unsent(Failure failure) { fail(unsent_, failure); }
void Pipeline::fail_due(Failure failure) { fail(due_, failure); }

}  // namespace weir::store::redis
