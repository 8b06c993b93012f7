// serve.hpp: the walk of one invocation after the other: answer it, do what is due, ask for the next.
//
//   loop             one thread, one thing at a time, SIGTERM
//   connection       the connection to the Runtime API
//   runtime_api      its calls
//   event_head       its answer to `next`, as an invocation
//   error_document   an error, as it takes it
//   serve            the order of these
//   run              what a program calls: where the Runtime API is, how the end is told
#pragma once

#include "lambda_host/connection.hpp"

#include <weir/lambda.hpp>

#include <expected>
#include <functional>
#include <iosfwd>

namespace weir::lambda_host {

// Answers one invocation, by `stream` or not at all when it returns an error.
using Handler = std::function<std::expected<void, lambda::Error>(const lambda::Event&, lambda::Stream&)>;
using BufferedHandler = std::function<std::expected<std::string, lambda::Error>(const lambda::Event&)>;

// Returns the exit status; what went wrong is written to `log`, a line each.
[[nodiscard]] int serve(const Endpoint& api, const Handler& handler, const lambda::Options& options, std::ostream& log);
[[nodiscard]] int serve(const Endpoint& api, const BufferedHandler& handler, const lambda::Options& options,
                        std::ostream& log);

}  // namespace weir::lambda_host
