// link.hpp: one server, and the connection to it that is made when it is needed.
//
// Everything that is queued goes out in one write; answers come back in order. Nothing is posted to the executor while
// nobody waits: a connection rests open, and an attempt to connect stands still, until the next send() looks at it.
//
//   no connection   the first send starts an attempt, and commands wait for it. After an attempt that failed, sends are
//                   answered `down` at once until the backoff is over; then one command at a time waits for the next.
//   connected       commands are written. A server that closed the connection while it rested is connected to anew,
//                   before anything is written; what was written and not answered is never written again.
//   stalled         the oldest written command was not answered in its time: sends look whether the late answers have
//                   come, and are answered `down` at once while they have not. After a second of that: a new attempt.
#pragma once

#include "store/redis/client/client.hpp"
#include "store/redis/link/attempt.hpp"
#include "store/redis/link/backoff.hpp"
#include "store/redis/link/pipeline.hpp"
#include "store/redis/link/transport.hpp"
#include "store/redis/resp/reader.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::store::redis {

struct LinkOptions {
  Destination to;
  std::size_t max_queued = 65'536;  // commands that wait or are under way
  std::size_t max_reply = 64U << 20;
  std::chrono::milliseconds connect_timeout{1000};  // from the look-up of the name to the answer to SELECT
  std::chrono::milliseconds least_backoff{20};
  std::chrono::milliseconds most_backoff{500};
};

class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(boost::asio::any_io_executor executor, LinkOptions options);  // by std::make_shared

  // As Client::send.
  void send(Command command, Deadline deadline, OnReply done);
  // False: a send now would be answered `down` at once. What is stalled is usable: a send is how it is asked.
  [[nodiscard]] bool usable() const;
  [[nodiscard]] Health health() const;  // from any thread
  // What is under way is answered `lost` or `down`. Nothing may be sent afterwards.
  void close();

 private:
  void drive_soon();
  void drive();
  void go_on(Deadline now);
  void start_attempt(Deadline now);
  void advance_attempt(Deadline now);
  void fail_attempt(Deadline now, const std::string& why);
  void serve(Deadline now);
  void receive(Deadline now);
  void take_answer(const Value& answer, Deadline now);
  void flush(Deadline now);
  // `of_due`: what those are told whose commands were written.
  void lose(Deadline now, const std::string& why, bool back_off, Failure of_due = Failure::lost);
  void back_off(Deadline now);
  void end();

  void wait();
  void wait_until(Deadline at);
  void wait_for(Transport& transport, Want want);
  void rest();

  void say_up();
  void say_down(const std::string& why);

  boost::asio::any_io_executor executor_;
  LinkOptions options_;
  Pipeline pipeline_;
  std::vector<std::pair<OnReply, Failure>> refused_;  // to be told, but not inside send()

  std::optional<Attempt> attempt_;
  Attempt::Step attempt_step_{};
  std::size_t attempts_ = 0;
  Deadline attempt_end_{};
  Deadline next_attempt_{};
  Backoff backoff_;
  bool doubtful_ = false;  // it failed or was late when it was last tried: one command at a time waits

  std::optional<Transport> transport_;
  std::string where_;  // HOST:PORT of the transport
  Reader reader_;
  std::string out_;  // what the socket did not take yet
  Deadline last_heard_{};
  bool proved_ = false;  // this connection has answered a command
  bool moving_ = false;  // it turned out to be a replica: leave when what was written is answered
  bool look_ = false;    // there may be something to read

  bool driving_ = false;
  bool drive_again_ = false;
  bool drive_posted_ = false;
  bool closed_ = false;

  boost::asio::steady_timer timer_;
  std::optional<Deadline> timer_at_;
  bool read_awaited_ = false;
  bool write_awaited_ = false;
  std::uint64_t timer_turn_ = 0;  // a handler of an earlier turn has nothing to say
  std::uint64_t wait_turn_ = 0;

  bool up_ = true;
  bool was_connected_ = false;
  mutable std::mutex health_lock_;
  Health health_;
};

}  // namespace weir::store::redis
