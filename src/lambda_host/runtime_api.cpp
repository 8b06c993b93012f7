#include "lambda_host/runtime_api.hpp"

#include "lambda_host/error_document.hpp"
#include "lambda_host/event_head.hpp"

#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/span_body.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace weir::lambda_host {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::string_view root = "/2018-06-01/runtime/";
constexpr std::uint64_t longest_event = 64U << 20;  // Lambda's own bound is 6 MB, of those that are streamed in 200
constexpr std::uint64_t longest_word = 1U << 20;    // of what it says to an answer
constexpr std::chrono::seconds to_connect{5};
constexpr std::chrono::seconds least{1};  // an answer at the deadline's edge is tried all the same

constexpr char error_type[] = "Lambda-Runtime-Function-Error-Type";
constexpr char error_body[] = "Lambda-Runtime-Function-Error-Body";

Deadline deadline_of(const lambda::Event& event) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(event.time_left());
  return steady_clock::now() +
         std::clamp<std::chrono::milliseconds>(left, least, std::chrono::milliseconds(longest_invocation));
}

std::string target_of(const lambda::Event& event, std::string_view what) {
  return std::string(root) + "invocation/" + event.request_id + "/" + std::string(what);
}

template <class Request>
void set_head(Request& request, http::verb method, const std::string& target, const std::string& host) {
  request.version(11);
  request.method(method);
  request.target(target);
  request.set(http::field::host, host);
  request.set(http::field::user_agent, "weir");
}

}  // namespace

RuntimeApi::RuntimeApi(Loop& loop, Endpoint endpoint)
    : loop_(loop), connection_(loop, endpoint), host_(shown(endpoint)) {}

std::expected<lambda::Event, Ended> RuntimeApi::next() {
  http::request<http::empty_body> request;
  set_head(request, http::verb::get, std::string(root) + "invocation/next", host_);
  for (;;) {
    if (loop_.ended())
      return std::unexpected(Ended{.by_signal = true});  // an invocation that is taken must be answered
    const Deadline deadline = steady_clock::now() + to_connect;
    const auto old = connection_.open(deadline);
    error_code error = old ? connection_.write(request, deadline) : old.error();
    if (!error) {
      auto answer = connection_.read_unless_ended(longest_event);
      if (answer) {
        auto event = event_of(*std::move(answer), std::chrono::system_clock::now());
        if (event) return *std::move(event);
        connection_.close();
        return std::unexpected(Ended{.why = std::move(event.error())});
      }
      error = answer.error();
    }
    connection_.close();
    if (error == boost::asio::error::operation_aborted) return std::unexpected(Ended{.by_signal = true});
    if (!old || !*old) return std::unexpected(Ended{.why = "it is gone: " + error.message()});
  }
}

Taken RuntimeApi::respond(const lambda::Event& event, std::string_view answer) {
  return post({.target = target_of(event, "response"), .body = answer, .deadline = deadline_of(event)});
}

Taken RuntimeApi::fail(const lambda::Event& event, const lambda::Error& error) {
  const std::string document = error_document(error);
  return post({.target = target_of(event, "error"),
               .body = document,
               .error_type = error_type_header(error.type),
               .deadline = deadline_of(event)});
}

Taken RuntimeApi::init_error(const lambda::Error& error) {
  const std::string document = error_document(error);
  return post({.target = std::string(root) + "init/error",
               .body = document,
               .error_type = error_type_header(error.type),
               .deadline = steady_clock::now() + to_connect});
}

Taken RuntimeApi::post(const Post& post) {
  http::request<http::span_body<const char>> request;
  set_head(request, http::verb::post, post.target, host_);
  request.set(http::field::content_type, "application/json");
  if (!post.error_type.empty()) request.set(error_type, post.error_type);
  request.body() = {post.body.data(), post.body.size()};
  request.prepare_payload();
  for (;;) {
    const auto old = connection_.open(post.deadline);
    if (!old) return Taken::refused;
    if (!connection_.write(request, post.deadline)) {
      const auto answer = connection_.read(longest_word, post.deadline);
      const bool silent = !answer && (answer.error() == http::error::end_of_stream ||
                                      answer.error() == boost::asio::error::connection_reset);
      if (!silent || !*old) return said(answer);
    }
    connection_.close();
    if (!*old) return Taken::refused;
  }
}

bool RuntimeApi::begin(const lambda::Event& event, const std::string& content_type) {
  http::request<http::empty_body> request;
  set_head(request, http::verb::post, target_of(event, "response"), host_);
  request.set(http::field::content_type, content_type);
  request.set("Lambda-Runtime-Function-Response-Mode", "streaming");
  request.set(http::field::trailer, std::string(error_type) + ", " + error_body);
  request.chunked(true);
  const Deadline deadline = deadline_of(event);
  if (!connection_.open(deadline)) return false;
  http::request_serializer<http::empty_body> serializer(request);
  return !connection_.write_head(serializer, deadline);
}

bool RuntimeApi::piece(const lambda::Event& event, std::string_view bytes) {
  return !connection_.write_bytes(http::make_chunk(boost::asio::const_buffer(bytes.data(), bytes.size())),
                                  deadline_of(event));
}

Taken RuntimeApi::end(const lambda::Event& event, const std::optional<lambda::Error>& error) {
  http::fields trailers;
  if (error) {
    trailers.set(error_type, error_type_header(error->type));
    trailers.set(error_body, error_document_base64(*error));
  }
  const Deadline deadline = deadline_of(event);
  if (connection_.write_bytes(http::make_chunk_last(trailers), deadline)) {
    connection_.close();
    return Taken::refused;
  }
  return said(connection_.read(longest_word, deadline));
}

Taken RuntimeApi::said(const std::expected<Response, error_code>& answer) const {
  if (!answer) return Taken::refused;
  const unsigned status = answer->result_int();
  if (status / 100 == 2) return Taken::accepted;
  if (status == 413) return Taken::too_large;
  return status / 100 == 5 ? Taken::broken : Taken::refused;
}

}  // namespace weir::lambda_host
