// client.hpp: the one door to Redis: a single server, the master that Sentinels name, or a Cluster.
//
// Everything here happens on one executor (a strand, or an io_context that one thread runs): call from there, and
// `done` comes there. A read or a timer is posted only while somebody waits for an answer, so that io_context::run()
// returns as soon as the last answer is in, with the connection still open.
//
// After fork() a Client is the parent's alone: it and its executor are shared with the child by the kernel (one
// connection, one epoll), so that the child would read the parent's answers. Make the child a Client of its own, after
// the fork. No thread runs but for the look-up of a host that is given by its name, and nobody waits for that one.
//
// A command that was written and not answered may have been done: it is never sent twice, and its caller is told
// `timeout` or `lost`. What the server refused without doing it (MOVED, ASK, TRYAGAIN, CLUSTERDOWN, READONLY)
// is repeated where it belongs, within the deadline; but one that is LOADING, or MASTERDOWN, is as good as none.
#pragma once

#include "store/redis/resp/command.hpp"
#include "store/redis/resp/value.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

namespace weir::store::redis {

enum class Failure : std::uint8_t {
  timeout,  // the deadline passed before the answer came: it may have been done
  lost,     // it was written, and the connection broke before the answer came: it may have been done
  down,     // there is no connection, or the server has been silent, answered at once while that lasts: it was not done
  full,     // the queue is at its bound: it was not done
};

// The value, its texts and items live until the callback returns. Errors that Redis says are values, too.
using Reply = std::expected<std::reference_wrapper<const Value>, Failure>;
using OnReply = std::move_only_function<void(Reply)>;
using Deadline = std::chrono::steady_clock::time_point;

// What a person who looks after it wants to know.
struct Health {
  bool up = true;            // it answered when it was last asked; true before the first question
  std::string last_error{};  // a sentence, without secrets; empty while all is well
  std::uint64_t reconnects = 0;
};

class Client {
 public:
  virtual ~Client() = default;

  // `done` is called exactly once, never inside send(), and no later than the deadline (plus the loop's own delay).
  virtual void send(Command command, Deadline deadline, OnReply done) = 0;

  [[nodiscard]] virtual bool is_cluster() const = 0;
  [[nodiscard]] virtual Health health() const = 0;  // from any thread

  // Ends every connection; what is under way is answered `lost` or `down`. Nothing may be sent afterwards.
  virtual void close() = 0;
};

}  // namespace weir::store::redis
