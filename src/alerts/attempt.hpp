// attempt.hpp: one POST to a webhook, on a connection of its own.
#pragma once

#include "alerts/terms.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace weir::alerts {

// Empty: the webhook answered with 2xx. Else a sentence of why it was not told, without the URL's path and the secret.
using OnAttempted = std::move_only_function<void(std::string trouble)>;

struct Post {
  Webhook webhook;
  std::string body;
  std::string signature;  // empty: not signed
};

// `done` is called once, on `executor` (one thread's), after `patience` at the latest: name, connection, TLS and the
// answer's head, of at most 8 KiB, included. What follows the head is not read, redirects are not followed. `tls` lives
// until then.
void attempt(const boost::asio::any_io_executor& executor, boost::asio::ssl::context& tls, Post post,
             std::chrono::nanoseconds patience, OnAttempted done);

}  // namespace weir::alerts
