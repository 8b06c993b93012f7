// pipeline.hpp: who waits for which answer. Bytes in, bytes out; no socket and no clock.
//
// Commands are first unsent, then written and due. One whose deadline passes before it is written is never written; the
// answer to one whose deadline passed after that is awaited all the same, and dropped.
#pragma once

#include "store/redis/client/client.hpp"

#include <cstddef>
#include <deque>
#include <string>

namespace weir::store::redis {

class Pipeline {
 public:
  // `repeatable`: keeps what was written, for repeat().
  Pipeline(std::size_t max_queued, bool repeatable) : max_queued_(max_queued), repeatable_(repeatable) {}

  [[nodiscard]] bool full() const { return unsent_.size() + due_.size() >= max_queued_; }
  void push(Command command, Deadline deadline, OnReply done);

  [[nodiscard]] std::size_t waiting() const { return waiting_; }  // callbacks that are still to be called
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }
  [[nodiscard]] bool has_due() const { return !due_.empty(); }
  // The earliest deadline of those who wait, or a little before it; max() when nobody does.
  [[nodiscard]] Deadline earliest() const { return waiting_ == 0 ? Deadline::max() : earliest_; }
  // The oldest written command was not answered in its time.
  [[nodiscard]] bool overdue() const { return !due_.empty() && !due_.front().done; }
  [[nodiscard]] Deadline oldest_written() const { return due_.front().written; }

  // Appends to `out`, which is empty, what is to go out by one write; it is due then. Small commands go together, a
  // large one by itself: Redis answers together what it reads together, and two batches that come back at once leave it
  // with nothing to do until both are taken apart.
  void write_to(std::string& out, Deadline now);
  // To the oldest that is due. False when none is.
  bool answer(Reply reply);
  // The oldest that is due was refused without being done: it is unsent again. False when nobody waits for it any more.
  bool repeat();
  // Whether any deadline had passed: they are told `timeout`.
  bool expire(Deadline now);
  void fail_unsent(Failure failure);
  void fail_due(Failure failure);

 private:
  struct Entry {
    std::string bytes;
    OnReply done;  // empty: not waited for any more
    Deadline deadline;
    Deadline written{};
  };

  void fail(std::deque<Entry>& entries, Failure failure);

  std::size_t max_queued_;
  bool repeatable_;
  std::deque<Entry> unsent_;
  std::deque<Entry> due_;
  std::size_t waiting_ = 0;
  Deadline earliest_ = Deadline::max();
};

}  // namespace weir::store::redis
