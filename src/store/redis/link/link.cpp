#include "store/redis/link/link.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace weir::store::redis {
namespace {

using std::chrono::steady_clock;

// Longer than this without a word, with a command overdue: it is not the server that is slow.
constexpr std::chrono::seconds silence{1};
// Rounds of read and answer before others get their turn on the executor.
constexpr int most_reads = 16;
// Bytes of a buffer that is empty: more than this is given back.
constexpr std::size_t kept_space = 1U << 20;

}  // namespace

Link::Link(boost::asio::any_io_executor executor, LinkOptions options)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      pipeline_(options_.max_queued, options_.to.master_only),
      backoff_(options_.least_backoff, options_.most_backoff),
      reader_(options_.max_reply),
      timer_(executor_) {}

void Link::send(Command command, Deadline deadline, OnReply done) {
  if (pipeline_.full()) {
    refused_.emplace_back(std::move(done), Failure::full);
  } else if (!usable()) {
    refused_.emplace_back(std::move(done), Failure::down);
  } else {
    pipeline_.push(std::move(command), deadline, std::move(done));
  }
  if (driving_) {
    drive_again_ = true;
  } else {
    drive_soon();
  }
}

bool Link::usable() const {
  if (closed_) return false;
  if (transport_) return true;
  if (attempt_) return !doubtful_ || pipeline_.waiting() == 0;
  return steady_clock::now() >= next_attempt_;
}

void Link::drive_soon() {
  if (std::exchange(drive_posted_, true)) return;
  boost::asio::post(executor_, [self = shared_from_this()] {
    self->drive_posted_ = false;
    self->drive();
  });
}

void Link::drive() {
  if (std::exchange(driving_, true)) return;
  const auto self = shared_from_this();
  drive_again_ = false;
  const Deadline now = steady_clock::now();
  if (!closed_) go_on(now);
  if (!closed_ && pipeline_.expire(now) && attempt_) doubtful_ = true;
  for (auto& [done, failure] : std::exchange(refused_, {})) done(std::unexpected(failure));
  if (closed_) end();
  driving_ = false;
  if (drive_again_) drive_soon();
  if (!closed_) wait();
}

void Link::go_on(Deadline now) {
  for (;;) {
    if (attempt_) advance_attempt(now);
    if (closed_) return;
    if (transport_) serve(now);
    if (closed_ || transport_ || attempt_ || !pipeline_.has_unsent()) return;
    if (now < next_attempt_) return pipeline_.fail_unsent(Failure::down);
    start_attempt(now);
  }
}

void Link::start_attempt(Deadline now) {
  attempt_end_ = now + options_.connect_timeout;
  const auto wake = [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->drive();
  };
  attempt_.emplace(executor_, options_.to, options_.max_reply, attempts_++,
                   std::min(attempt_end_, pipeline_.earliest()), wake);
}

void Link::advance_attempt(Deadline now) {
  const std::size_t progress = attempt_->progress();
  attempt_step_ = attempt_->advance();
  if (attempt_step_ == Attempt::Step::failed) return fail_attempt(now, attempt_->error());
  if (attempt_step_ != Attempt::Step::ready) {
    if (now < attempt_end_) return;
    // It may have stood still because nobody waited, with the server's answer long here.
    if (attempt_->progress() == progress) return fail_attempt(now, attempt_->doing());
    attempt_end_ = now + options_.connect_timeout;
    return;
  }
  where_ = attempt_->where();
  transport_.emplace(std::move(attempt_->transport()));
  attempt_.reset();
  reader_ = Reader(options_.max_reply);
  last_heard_ = now;
  proved_ = moving_ = doubtful_ = false;
  say_up();
  if (std::exchange(was_connected_, true)) {
    const std::lock_guard guard(health_lock_);
    ++health_.reconnects;
  }
}

void Link::fail_attempt(Deadline now, const std::string& why) {
  say_down(why);
  rest();
  attempt_.reset();
  back_off(now);
  pipeline_.fail_unsent(Failure::down);
}

void Link::back_off(Deadline now) {
  next_attempt_ = now + backoff_.next();
  doubtful_ = true;
}

void Link::serve(Deadline now) {
  if (look_ || !read_awaited_) receive(now);
  if (!transport_ || closed_) return;
  if (pipeline_.overdue()) {
    if (now - std::max(last_heard_, pipeline_.oldest_written()) < silence) {
      say_down(where_ + " does not answer in time");
      return pipeline_.fail_unsent(Failure::down);
    }
    lose(now, where_ + " has not said a word for a second", false);
    doubtful_ = true;
    return;
  }
  if (!moving_) return flush(now);
  if (!pipeline_.has_due()) lose(now, where_ + " is a replica", false);
}

void Link::receive(Deadline now) {
  look_ = false;
  for (int round = 0; round < most_reads; ++round) {
    const auto space = reader_.space();
    const auto moved = transport_->read(space);
    if (!moved) return lose(now, "the connection to " + where_ + " is lost: " + moved.error(), false);
    if (moved->bytes == 0) return;
    reader_.filled(moved->bytes);
    last_heard_ = now;
    for (Reader::Next next; (next = reader_.next()) != Reader::Next::nothing_yet;) {
      if (next == Reader::Next::broken) {
        return lose(now, where_ + " does not talk like Redis: " + std::string(reader_.error()), true);
      }
      take_answer(reader_.value(), now);
      if (!transport_ || closed_) return;
    }
    if (!transport_->is_tls() && moved->bytes < space.size()) return;
  }
  look_ = drive_again_ = true;
}

void Link::take_answer(const Value& answer, Deadline now) {
  // Such a server does nothing that it was asked.
  if (answer.is_error("LOADING")) return lose(now, where_ + ": Redis is loading its data", true, Failure::down);
  if (answer.is_error("MASTERDOWN")) {
    return lose(now, where_ + ": a replica that has lost its master", true, Failure::down);
  }
  if (options_.to.master_only && answer.is_error("READONLY") && pipeline_.has_due()) {
    moving_ = true;
    pipeline_.repeat();
    return;
  }
  if (!pipeline_.has_due()) return lose(now, where_ + " answers what nobody asked", true);
  if (!std::exchange(proved_, true)) backoff_.reset();
  pipeline_.answer(answer);
  if (!up_ && !pipeline_.overdue()) say_up();
}

void Link::flush(Deadline now) {
  do {
    if (out_.empty()) pipeline_.write_to(out_, now);
    std::size_t written = 0;
    while (written < out_.size()) {
      const auto moved = transport_->write(std::string_view(out_).substr(written));
      if (!moved) return lose(now, "the connection to " + where_ + " is lost: " + moved.error(), false);
      if (moved->bytes == 0) break;
      written += moved->bytes;
    }
    out_.erase(0, written);
  } while (out_.empty() && pipeline_.has_unsent());
  if (out_.empty() && out_.capacity() > kept_space) out_ = {};
}

// What was written and not answered may have been done, and is not written again. What was not written waits for the
// next connection.
void Link::lose(Deadline now, const std::string& why, bool back_off_first, Failure of_due) {
  const bool noticed = back_off_first || pipeline_.has_due();
  rest();
  transport_.reset();
  out_.clear();
  look_ = false;
  if (back_off_first || !proved_) {
    back_off(now);
  } else {
    next_attempt_ = now;
  }
  if (noticed) say_down(why);
  pipeline_.fail_due(of_due);
}

void Link::close() {
  if (std::exchange(closed_, true)) return;
  if (!driving_ && pipeline_.waiting() == 0 && refused_.empty()) return end();
  if (!driving_) drive_soon();
}

void Link::end() {
  rest();
  attempt_.reset();
  transport_.reset();
  pipeline_.fail_due(Failure::lost);
  pipeline_.fail_unsent(Failure::down);
}

}  // namespace weir::store::redis
