// runtime_api.hpp: the calls of AWS Lambda's Runtime API (version 2018-06-01), by a process that makes one at a time.
//
//   next                GET  invocation/next            as long as it takes
//   respond, fail       POST invocation/ID/response, /error
//   begin, piece, end   the same answer in chunks; an error after the first of them is its trailer
//   init_error          POST init/error
//
// Every call but `next` ends by a deadline. A call that finds its old connection closed is made once more on a new one,
// as nothing of it has been taken then.
#pragma once

#include "lambda_host/connection.hpp"
#include "lambda_host/loop.hpp"

#include <weir/lambda.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace weir::lambda_host {

enum class Taken : std::uint8_t {
  accepted,
  refused,    // it says no, or it could not be reached: this answer is lost
  too_large,  // the same, as it is too long
  broken,     // "non-recoverable, the runtime should exit": status 5xx
};

struct Ended {
  bool by_signal = false;
  std::string why{};  // a sentence, unless by a signal
};

class RuntimeApi {
 public:
  RuntimeApi(Loop& loop, Endpoint endpoint);

  [[nodiscard]] std::expected<lambda::Event, Ended> next();
  [[nodiscard]] Taken respond(const lambda::Event& event, std::string_view answer);
  [[nodiscard]] Taken fail(const lambda::Event& event, const lambda::Error& error);
  [[nodiscard]] Taken init_error(const lambda::Error& error);

  // False: nobody takes any more of it.
  [[nodiscard]] bool begin(const lambda::Event& event, const std::string& content_type);
  [[nodiscard]] bool piece(const lambda::Event& event, std::string_view bytes);
  [[nodiscard]] Taken end(const lambda::Event& event, const std::optional<lambda::Error>& error);
  // A connection in the middle of an answer.
  void give_up() { connection_.close(); }

 private:
  struct Post {
    std::string target;
    std::string_view body;
    std::string error_type{};  // of a header; none when empty
    Deadline deadline{};
  };
  [[nodiscard]] Taken post(const Post& post);
  [[nodiscard]] Taken said(const std::expected<Response, boost::system::error_code>& answer) const;

  Loop& loop_;
  Connection connection_;
  const std::string host_;
};

}  // namespace weir::lambda_host
