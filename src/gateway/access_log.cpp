#include "gateway/access_log.hpp"

#include "gateway/log_sink.hpp"
#include "store/side_thread.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace weir::gateway {

namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;
using To = config::AccessLog::To;

constexpr auto company = 20ms;                        // how long a line waits for others to be written with it
constexpr auto look_every = 1s;                       // for a file that was moved away
constexpr auto complain_every = 60s;                  // about the same or another trouble
constexpr std::size_t most_changes = 2;               // that wait for the thread; of more, the newest replaces the last
constexpr std::size_t kept = std::size_t{256} << 10;  // bytes of an empty buffer's capacity that are not given back

bool same(const config::AccessLog& one, const config::AccessLog& other) {
  return one.to == other.to && one.file == other.file;
}

std::string name_of(const config::AccessLog& target) { return target.to == To::file ? target.file : "stdout"; }

// Keeps its capacity from one line to the next.
std::string& own_line() {
  thread_local std::string line;
  line.clear();
  return line;
}

}  // namespace

class AccessLog::Writer {
 public:
  Writer(api::Counter& dropped, Report report) : dropped_(&dropped), report_(std::move(report)) {}

  // Whether there is a thread for it.
  bool configure(const std::shared_ptr<Writer>& self, const config::AccessLog& target) {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return false;
    if (!thread_.started()) {
      if (target.to == To::off) return true;
      try {
        thread_.start("weir:access_log", [self] { self->run(); });
      } catch (const std::system_error& error) {
        if (report_) report_("access log: no thread for it: " + std::string(error.what()));
        return false;
      }
    }
    if (same(target, newest_)) return true;
    newest_ = target;
    if (changes_.size() == most_changes) changes_.pop_back();
    changes_.push_back(target);
    wake_.notify_one();
    return true;
  }

  void push(std::string_view line) noexcept {
    const std::size_t before = queued_.fetch_add(line.size());
    if (before + line.size() > most_queued || !append(line)) {
      queued_.fetch_sub(line.size());
      return drop();
    }
    const bool half_full = before < most_queued / 2 && before + line.size() >= most_queued / 2;
    if (!half_full && !(idle_.load() && idle_.exchange(false))) return;
    const std::scoped_lock lock(mutex_);
    wake_.notify_one();
  }

  void drop() noexcept { dropped_->add(); }

  void stop(std::chrono::milliseconds patience) noexcept {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    if (!thread_.started()) return;
    deadline_ = SteadyClock::now() + patience;
    wake_.notify_one();
    // Beyond the deadline for a write that has begun.
    const bool ended = ended_changed_.wait_for(lock, patience + 200ms, [this] { return ended_; });
    abandoned_ = !ended;
    lock.unlock();
    thread_.end(ended);
  }

 private:
  struct alignas(64) Queue {
    std::mutex mutex;
    std::string lines;
  };

  bool append(std::string_view line) noexcept {
    try {
      Queue& queue = queues_[api::own_cell()];
      const std::scoped_lock lock(queue.mutex);
      queue.lines.append(line);
      return true;
    } catch (...) {  // no memory
      return false;
    }
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wait(lock);
      const bool last = stopping_;
      const std::vector<config::AccessLog> changes = std::exchange(changes_, {});
      lock.unlock();
      work(changes);
      lock.lock();
      if (last && (queued_ == 0 || SteadyClock::now() >= deadline_)) break;
    }
    if (!abandoned_) dropped_->add(lines_left());
    ended_ = true;
    ended_changed_.notify_one();
  }

  // That no time was left for.
  std::uint64_t lines_left() {
    std::uint64_t lines = 0;
    for (Queue& queue : queues_) {
      const std::scoped_lock lock(queue.mutex);
      lines += static_cast<std::uint64_t>(std::ranges::count(queue.lines, '\n'));
    }
    return lines;
  }

  void wait(std::unique_lock<std::mutex>& lock) {
    const auto called = [this] { return stopping_ || !changes_.empty(); };
    idle_ = true;
    wake_.wait_for(lock, look_every, [&] { return called() || queued_ > 0; });
    idle_ = false;
    if (queued_ > 0) wake_.wait_for(lock, company, [&] { return called() || queued_ > most_queued / 2; });
  }

  void work(const std::vector<config::AccessLog>& changes) {
    if (sink_.is_on() && SteadyClock::now() >= next_look_) {
      next_look_ = SteadyClock::now() + look_every;
      complain(sink_.follow());
    }
    if (sink_.is_on() || changes.empty()) write_queues();
    for (const config::AccessLog& change : changes) {
      name_ = name_of(change);
      next_complaint_ = {};
      complain(sink_.change(change));
      if (&change != &changes.back()) write_queues();
    }
  }

  void write_queues() {
    for (Queue& queue : queues_) {
      {
        const std::scoped_lock lock(queue.mutex);
        queue.lines.swap(batch_);
      }
      if (batch_.empty()) continue;
      if (sink_.is_on()) write_batch();
      queued_ -= batch_.size();
      batch_.clear();
      if (batch_.capacity() > kept) batch_.shrink_to_fit();
    }
  }

  void write_batch() {
    std::size_t written = 0;
    const LogSink::Trouble trouble = sink_.write(batch_, written, [this] {
      const std::scoped_lock lock(mutex_);
      return stopping_ && SteadyClock::now() >= deadline_;
    });
    if (!trouble) return;
    const auto unwritten = batch_.begin() + static_cast<std::ptrdiff_t>(written);
    count_dropped(static_cast<std::uint64_t>(std::count(unwritten, batch_.end(), '\n')));
    complain(trouble);
  }

  // Once abandoned, nobody else may be there any more.
  void count_dropped(std::uint64_t lines) {
    const std::scoped_lock lock(mutex_);
    if (!abandoned_) dropped_->add(lines);
  }

  void complain(const LogSink::Trouble& trouble) {
    const auto now = SteadyClock::now();
    if (!trouble || now < next_complaint_) return;
    next_complaint_ = now + complain_every;
    const std::scoped_lock lock(mutex_);
    if (!abandoned_ && report_) report_("access log " + name_ + ": " + *trouble);
  }

  api::Counter* dropped_;
  Report report_;

  std::array<Queue, api::cells> queues_;
  std::atomic<std::size_t> queued_{0};  // bytes in all queues, and of lines that are about to be
  std::atomic<bool> idle_{false};       // the thread sleeps until somebody wakes it

  std::mutex mutex_;  // of what follows, up to the thread's own
  std::condition_variable wake_;
  std::condition_variable ended_changed_;
  config::AccessLog newest_;
  std::vector<config::AccessLog> changes_;  // not yet seen by the thread
  bool stopping_ = false;
  bool ended_ = false;
  bool abandoned_ = false;
  SteadyClock::time_point deadline_{};
  store::SideThread thread_;

  LogSink sink_;  // the thread's own, as all below
  std::string name_;
  std::string batch_;
  SteadyClock::time_point next_look_{};
  SteadyClock::time_point next_complaint_{};
};

AccessLog::AccessLog(api::Counter& dropped, Report report)
    : writer_(std::make_shared<Writer>(dropped, std::move(report))) {}

AccessLog::~AccessLog() { stop(); }

void AccessLog::configure(const config::AccessLog& settings) {
  key_ = settings.key;
  on_ = writer_->configure(writer_, settings) && settings.to != To::off;
}

void AccessLog::write(const AccessRecord& record) noexcept {
  if (!is_on()) return;
  try {
    std::string& line = own_line();
    append_access_line(line, record, key_.load(std::memory_order_relaxed));
    writer_->push(line);
  } catch (...) {  // no memory for a line
    writer_->drop();
  }
}

void AccessLog::stop(std::chrono::milliseconds patience) noexcept {
  on_ = false;
  writer_->stop(patience);
}

}  // namespace weir::gateway
