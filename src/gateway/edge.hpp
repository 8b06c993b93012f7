// edge.hpp: Envoy as the rest of the room sees it. edge.cpp exports the hooks; no exception gets past it.
//
// Envoy calls the make_* functions (module.cpp) on its main thread, and a filter on the worker that has the stream.
#pragma once

#include "gateway/abi.hpp"
#include "gateway/body_chunks.hpp"
#include "gateway/header_field.hpp"
#include "gateway/request.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::gateway {

using abi::BodyStatus;
using abi::HeadersStatus;
using abi::LogLevel;
using abi::TrailersStatus;

void log(LogLevel level, std::string_view message) noexcept;

struct RouteConfig;

// Calls a stream's filter on its worker, from any thread: its on_woken. Nothing happens once the stream is gone.
class StreamWaker {
 public:
  explicit StreamWaker(void* scheduler) : scheduler_(scheduler) {}
  StreamWaker(const StreamWaker&) = delete;
  StreamWaker& operator=(const StreamWaker&) = delete;
  ~StreamWaker();
  void wake() noexcept;

 private:
  void* scheduler_;
};

// One request and its answer, inside a hook. A view that it returns lives until the hook ends or something is set.
class Stream final : public Request {
 public:
  explicit Stream(void* filter) : filter_(filter) {}

  using Request::header;
  [[nodiscard]] std::string_view header(std::string_view name, std::size_t index, std::size_t& count) const override;
  [[nodiscard]] std::string_view client_address() const override;
  [[nodiscard]] std::string_view metadata(std::string_view name_space, std::string_view key,
                                          std::pmr::memory_resource& memory) const override;

  // How many of X-Forwarded-For's last addresses are true: client_address() looks behind so many.
  void trust_proxies(int count) { trusted_proxies_ = count; }

  [[nodiscard]] const RouteConfig* route_config() const;  // of the route that matched; null when it has none
  [[nodiscard]] std::string_view route_name() const;      // empty when none matched
  [[nodiscard]] std::string_view cluster_name() const;    // where the route leads; empty likewise
  [[nodiscard]] std::string_view protocol() const;        // of the client's request: HTTP/1.1, HTTP/2
  [[nodiscard]] std::uint32_t worker() const;             // below Envoy's concurrency

  // What one filter of a stream leaves for the others, before the router and behind it.
  void set_metadata(std::string_view name_space, std::string_view key, double number);
  [[nodiscard]] std::optional<double> number_in_metadata(std::string_view name_space, std::string_view key) const;

  // What a request to a model asks for, once it is known; it outlives the hook.
  void describe(const ModelFacts* facts) { facts_ = facts; }
  [[nodiscard]] const ModelFacts* model_facts() const override { return facts_; }

  // What has just come of the request's or the answer's body, in pieces; inside its hook alone.
  template <class Take>
  void each_chunk(abi::BodyType type, Take take) const {
    const BodyChunks chunks(chunk_count(type), [&](abi::Buffer* place) { return fill(type, place); });
    for (const abi::Buffer& chunk : chunks.all()) take(std::string_view(chunk.data, chunk.size));
  }
  // Appends what has just come of the request's body; inside the body hook alone.
  void append_body(std::string& to) const;
  // How much of the request's body may be held here, in bytes; more is answered with 413.
  void hold_body_up_to(std::uint64_t bytes);
  // All of the request's body that is here, what was held and what has just come, as one.
  [[nodiscard]] std::string request_body() const;
  // The same in its place; in the body hook or on_woken, before the request goes on.
  void replace_request_body(std::string_view body);
  // What goes on instead of what has just come of the answer's body; inside its hook alone.
  void replace_response_chunk(std::string_view bytes);
  // A body for what has none, in the hook of its headers; for what has one, before its trailers, in their hook.
  void add_request_body(std::string_view body);
  void add_response_body(std::string_view body);

  // All in order, pseudo-headers too. Views, until one is set.
  [[nodiscard]] std::vector<HeaderField> request_headers() const { return headers(abi::HeaderType::request); }
  [[nodiscard]] std::vector<HeaderField> response_headers() const { return headers(abi::HeaderType::response); }
  // Takes the place of every value that the request or the answer had under this name.
  void set_request_header(std::string_view name, std::string_view value);
  void set_response_header(std::string_view name, std::string_view value);
  void remove_request_header(std::string_view name);
  void add_response_header(std::string_view name, std::string_view value);

  // Of the answer: in its headers hook, and of what was sent to the client when the stream is complete. 0: none.
  [[nodiscard]] int response_status() const;
  [[nodiscard]] std::string_view response_header(std::string_view name) const;
  void remove_response_header(std::string_view name);
  [[nodiscard]] int status_sent() const;
  // In Envoy's words, how the answer came about or why the stream ended: `via_upstream`, `response_timeout`, ...
  [[nodiscard]] std::string_view answer_details() const;

  // Answers in the upstream's place; the hook then returns stop_iteration. `details` is for Envoy's access log.
  // Envoy leaves out the body for HEAD, and makes a trailers-only answer of it for gRPC.
  void respond(std::uint32_t status, std::span<const HeaderField> headers, std::string_view body,
               std::string_view details);

  // Ends the stream without an end: the client sees that its answer was cut. Also from within an attempt's chain.
  void reset(std::string_view details);

  // The same piece by piece: in on_woken alone, and no other answer once it began. `headers` begin with :status.
  void begin_response(std::span<const HeaderField> headers);
  void send_more(std::string_view bytes, bool end);

  // A request that was held (on_request_headers returned `hold_request`) waits for its filter to be woken, and goes on
  // in on_woken alone.
  [[nodiscard]] std::unique_ptr<StreamWaker> waker() const;
  void go_on();

  // Of an answer whose body hook stopped it; in on_woken alone: it goes on, or these bytes are its last, and Envoy
  // takes no more of it from the upstream.
  void answer_goes_on();
  void end_answer(std::string_view last);

 private:
  [[nodiscard]] std::vector<HeaderField> headers(abi::HeaderType type) const;
  [[nodiscard]] std::string_view attribute(abi::Attribute which) const;
  [[nodiscard]] std::size_t chunk_count(abi::BodyType type) const;
  bool fill(abi::BodyType type, abi::Buffer* place) const;
  std::size_t drain(abi::BodyType type);

  void* filter_;
  int trusted_proxies_ = 0;
  const ModelFacts* facts_ = nullptr;
};

inline constexpr HeadersStatus hold_request = HeadersStatus::stop_all_iteration_and_watermark;

// A stream's filter: made when the stream starts, gone when it ends.
class HttpFilter {
 public:
  virtual ~HttpFilter() = default;
  virtual HeadersStatus on_request_headers(Stream& stream, bool end) = 0;
  virtual BodyStatus on_request_body(Stream& stream, bool end);
  // The request's end, when it has trailers. To proceed lets a request go on whose headers were stopped.
  virtual TrailersStatus on_request_trailers(Stream& stream);
  // `end`: the answer has no body.
  virtual HeadersStatus on_response_headers(Stream& stream, bool end) = 0;
  virtual BodyStatus on_response_body(Stream& stream, bool end);
  // The answer's end, when it has trailers.
  virtual TrailersStatus on_response_trailers(Stream& stream);
  virtual void on_woken(Stream& stream);
  virtual void on_stream_complete(Stream& stream);  // the last thing a stream does, whichever way it ended
};

class FilterConfig {
 public:
  virtual ~FilterConfig() = default;
  [[nodiscard]] virtual std::unique_ptr<HttpFilter> make_filter() const = 0;
};

struct RouteConfig {
  virtual ~RouteConfig() = default;
};

[[nodiscard]] std::uint32_t workers();  // Envoy's concurrency, at least 1; main thread

// Throw std::exception with a sentence for the log when the configuration can't be used; Envoy then refuses it.
[[nodiscard]] std::unique_ptr<FilterConfig> make_filter_config(std::string_view name, std::string_view config);
[[nodiscard]] std::unique_ptr<RouteConfig> make_route_config(std::string_view name, std::string_view config);

}  // namespace weir::gateway
