// streams: a model's API that streams, and those who call it through a gateway, in one thread: who gets an event tells
// the model's side at once, so that each event's way through the gateway is timed by one clock, and the next one of its
// stream can wait for it.
//
//   streams                      prints the port of the model, then reads a measurement a line:
//   PORT STREAMS EVENTS WINDOW PACE_US SECONDS
//                                so many callers of the gateway at PORT (0: the model itself), who ask again when an
//                                answer is over; EVENTS of 250 bytes an answer, WINDOW of them on their way at most,
//                                PACE_US apart (0: as they can). Prints a JSON line.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

std::string in_http_chunk(const std::string& bytes) {
  std::array<char, 16> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return size.data() + bytes + "\r\n";
}

// An event of exactly 250 bytes, as OpenAI's are.
std::string event() {
  const std::string before =
      R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o","choices":[{"index":0,"delta":{"content":")";
  const std::string after = "\"},\"finish_reason\":null}]}\n\n";
  return before + std::string(250 - before.size() - after.size(), 'x') + after;
}
const std::string head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const std::string one_event = in_http_chunk(event());

std::string last_events(std::size_t written, bool usage) {
  const std::string finish =
      R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
      "\n\n";
  const std::string counts =
      R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":)" +
      std::to_string(written) + R"(,"total_tokens":)" + std::to_string(written + 9) + "}}\n\n";
  return in_http_chunk(finish + (usage ? counts : "") + "data: [DONE]\n\n") + "0\r\n\r\n";
}

// The number behind the first `word` and what is no digit; 0: there is none.
std::size_t number_behind(std::string_view text, std::string_view word) {
  std::size_t at = text.find(word);
  if (at == std::string_view::npos) return 0;
  at = text.find_first_of("0123456789", at + word.size());
  return at == std::string_view::npos ? 0 : std::strtoul(std::string(text.substr(at, 12)).c_str(), nullptr, 10);
}

class Answer;

// What a caller and the model's side know of one stream.
struct Flow {
  std::weak_ptr<Answer> answer;
  std::size_t sent = 0;
  std::size_t received = 0;
  std::size_t window = 1;
  Clock::duration pace{};
  std::vector<Clock::time_point> sent_at;  // by event
};

// Never moved: answers of an earlier measurement may still look at theirs.
std::vector<Flow> flows(1000);

// One connection to the model; one answer after the other.
class Answer : public std::enable_shared_from_this<Answer> {
 public:
  Answer(tcp::socket socket, asio::io_context& context) : socket_(std::move(socket)), timer_(context) {
    socket_.set_option(tcp::no_delay(true));
  }
  void read() {
    socket_.async_read_some(asio::buffer(room_), [self = shared_from_this()](error_code wrong, std::size_t size) {
      if (wrong) return;
      self->request_.append(self->room_.data(), size);
      self->asked();
      self->read();
    });
  }
  // An event has arrived: more may go on their way.
  void go_on() {
    if (!is_wanted() || flow_->pace > Clock::duration{}) return;
    while (is_wanted() && flow_->sent < flow_->received + flow_->window) send();
  }

 private:
  void asked() {
    const std::size_t body = request_.find("\r\n\r\n");
    if (body == std::string::npos) return;
    std::string lower = request_.substr(0, body);
    for (char& byte : lower) byte = byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
    const std::size_t size = number_behind(lower, "content-length:");
    if (request_.size() < body + 4 + size) return;
    const std::string_view text = std::string_view(request_).substr(body + 4, size);
    events_ = number_behind(text, "max_tokens");
    usage_ = text.contains("include_usage");
    if (!text.contains("flow-")) {
      write("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok\n");
    } else {
      flow_ = &flows.at(number_behind(text, "flow-"));
      flow_->answer = weak_from_this();
      flow_->sent = flow_->received = 0;
      flow_->sent_at.assign(events_, {});
      pending_ = head;
      if (flow_->pace > Clock::duration{}) {
        due_ = Clock::now();
        send_paced();
      } else {
        go_on();
      }
    }
    request_.erase(0, body + 4 + size);
  }
  [[nodiscard]] bool is_wanted() const { return flow_ != nullptr && flow_->answer.lock().get() == this; }
  void send_paced() {
    if (is_wanted()) send();
    if (!is_wanted()) return;
    due_ += flow_->pace;
    timer_.expires_at(due_);
    timer_.async_wait([self = shared_from_this()](error_code wrong) {
      if (!wrong) self->send_paced();
    });
  }
  void send() {
    flow_->sent_at[flow_->sent++] = Clock::now();
    pending_ += one_event;
    if (flow_->sent == events_) {
      pending_ += last_events(events_, usage_);
      flow_ = nullptr;
    }
    write(std::exchange(pending_, {}));
  }
  // Small beside a socket's buffer, which takes it at once.
  void write(const std::string& bytes) {
    error_code wrong;
    asio::write(socket_, asio::buffer(bytes), wrong);
    if (wrong) flow_ = nullptr;
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  Clock::time_point due_;
  std::array<char, 16384> room_{};
  std::string request_;
  std::string pending_;
  Flow* flow_ = nullptr;
  std::size_t events_ = 0;
  bool usage_ = false;
};

void accept(tcp::acceptor& acceptor, asio::io_context& context) {
  acceptor.async_accept([&](error_code wrong, tcp::socket socket) {
    if (!wrong) std::make_shared<Answer>(std::move(socket), context)->read();
    accept(acceptor, context);
  });
}

struct Seen {
  std::vector<double> event_us;
  std::vector<double> first_us;
  std::vector<double> answer_us;
  std::size_t failed = 0;
};

class Caller : public std::enable_shared_from_this<Caller> {
 public:
  Caller(asio::io_context& context, std::size_t number, std::size_t events, Seen& seen)
      : socket_(context), flow_(flows.at(number)), seen_(seen) {
    const std::string body = R"({"model":"gpt-4o","stream":true,"max_tokens":)" + std::to_string(events) +
                             R"(,"user":"flow-)" + std::to_string(number) +
                             R"(","messages":[{"role":"user","content":"What is a weir, in a few words?"}]})";
    request_ =
        "POST /v1/chat/completions HTTP/1.1\r\nhost: model\r\ncontent-type: application/json\r\n"
        "authorization: Bearer sk-bench\r\nx-user-id: user-" +
        std::to_string(number) + "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  void start(std::uint16_t port) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    socket_.set_option(tcp::no_delay(true));
    read();
    ask();
  }
  void stop() {
    stopped_ = true;
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  void ask() {
    began_ = Clock::now();
    first_ = true;
    asio::write(socket_, asio::buffer(request_));
  }
  void read() {
    socket_.async_read_some(asio::buffer(room_), [self = shared_from_this()](error_code wrong, std::size_t size) {
      if (self->stopped_) return;
      if (wrong) {
        ++self->seen_.failed;
        return;
      }
      self->came({self->room_.data(), size});
      self->read();
    });
  }
  void came(std::string_view bytes) {
    const Clock::time_point now = Clock::now();
    const auto us = [](Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); };
    if (first_ && bytes.starts_with("HTTP/1.1 ") && !bytes.starts_with("HTTP/1.1 200")) ++seen_.failed;
    for (const char byte : bytes) {
      if (byte == '\n' && last_ == '\n' && flow_.received < flow_.sent) {
        if (first_) seen_.first_us.push_back(us(now - began_));
        first_ = false;
        seen_.event_us.push_back(us(now - flow_.sent_at[flow_.received++]));
      }
      last_ = byte;
    }
    end_ += bytes.substr(bytes.size() - std::min<std::size_t>(bytes.size(), 7));
    if (end_.size() > 7) end_.erase(0, end_.size() - 7);
    if (end_ == "\r\n0\r\n\r\n") {
      end_.clear();
      seen_.answer_us.push_back(us(now - began_));
      ask();
    } else if (const auto answer = flow_.answer.lock()) {
      answer->go_on();
    }
  }

  tcp::socket socket_;
  Flow& flow_;
  Seen& seen_;
  std::array<char, 65536> room_{};
  std::string request_;
  std::string end_;  // the last bytes that came
  Clock::time_point began_;
  bool first_ = true;
  bool stopped_ = false;
  char last_ = 0;
};

double at(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, place);
  return *place;
}

void measure(asio::io_context& context, const std::string& line, std::uint16_t model) {
  std::istringstream words(line);
  std::uint16_t port = 0;
  std::size_t streams = 0;
  std::size_t events = 0;
  std::size_t window = 0;
  long pace = 0;
  double seconds = 0;
  words >> port >> streams >> events >> window >> pace >> seconds;
  for (Flow& flow : flows) {
    flow = {};
    flow.window = window;
    flow.pace = std::chrono::microseconds(pace);
  }
  Seen seen;
  std::vector<std::shared_ptr<Caller>> callers;
  for (std::size_t number = 0; number < streams; ++number) {
    callers.push_back(std::make_shared<Caller>(context, number, events, seen));
    callers.back()->start(port == 0 ? model : port);
    // Streams do not go in step: each begins at another part of the pace.
    context.run_for(std::chrono::microseconds(pace) / static_cast<long>(streams));
  }
  context.run_for(std::chrono::milliseconds(200));  // connections are made, code is warm
  seen = {};
  const Clock::time_point start = Clock::now();
  context.run_for(std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)));
  const double taken = std::chrono::duration<double>(Clock::now() - start).count();
  for (const auto& caller : callers) caller->stop();
  context.run_for(std::chrono::milliseconds(200));  // the gateway hears that they are gone
  std::printf(
      "{\"events\": %zu, \"answers\": %zu, \"failed\": %zu, \"seconds\": %.6f, \"p50_us\": %.1f, \"p99_us\": %.1f, "
      "\"first_p50_us\": %.1f, \"first_p99_us\": %.1f}\n",
      seen.event_us.size(), seen.answer_us.size(), seen.failed, taken, at(seen.event_us, 0.5), at(seen.event_us, 0.99),
      at(seen.first_us, 0.5), at(seen.first_us, 0.99));
  std::fflush(stdout);
}

}  // namespace

int main() {
  asio::io_context context(1);
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  accept(acceptor, context);
  const std::uint16_t model = acceptor.local_endpoint().port();
  std::printf("%u\n", static_cast<unsigned>(model));
  std::fflush(stdout);
  while (true) {
    pollfd asked{.fd = 0, .events = POLLIN, .revents = 0};
    while (poll(&asked, 1, 0) == 0) context.run_for(std::chrono::milliseconds(10));
    std::string line;
    if (!std::getline(std::cin, line)) return 0;
    measure(context, line, model);
  }
}
