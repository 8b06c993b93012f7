#include "gateway/model/model_stream.hpp"

#include "gateway/model/sent_bytes.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace weir::gateway {

namespace {

// As DashScope has it asked for; other APIs have it in the body or the path.
bool wants_events(const Stream& stream) {
  return stream.header("x-dashscope-sse") == "enable" || stream.header("accept").contains("text/event-stream");
}

}  // namespace

ModelStream::ModelStream(Lasting& lasting, std::shared_ptr<const Runtime> runtime,
                         std::shared_ptr<const RouteLimits> route, const Stream& stream)
    : lasting_(lasting),
      runtime_(std::move(runtime)),
      route_(std::move(route)),
      began_(runtime_->now()),
      call_(*route_->model, stream.header(":path"), stream.header("content-type"), wants_events(stream)) {}

ModelStream::~ModelStream() {
  if (resting_) lasting_.waiting.remove(*resting_);
}

void ModelStream::read_request(const Stream& stream) {
  stream.each_chunk(abi::BodyType::received_request, [&](std::string_view chunk) { call_.read_request(chunk); });
}

void ModelStream::go(Stream& stream, const Hold* hold) {
  if (hold != nullptr) {
    budget_.emplace(*hold, call_.facts().model);
    if (!budget_->truncates() && !budget_->paces()) budget_.reset();
  }
  account_.emplace(lasting_.metrics.models, route_->upstream, hold != nullptr ? hold->tokens() : 0, began_);
  // What may have to be edited is asked for as it is.
  if (call_.edit() || may_cut()) stream.set_request_header("accept-encoding", "identity");
  if (!call_.edit()) return;
  const std::string body = usage::edited(stream.request_body(), *call_.edit());
  stream.replace_request_body(body);
  if (!stream.header("content-length").empty()) {
    stream.set_request_header("content-length", std::to_string(body.size()));
  }
}

void ModelStream::answer_began(Stream& stream, int status) {
  if (!account_ || status < 200 || status > 299) return;
  call_.begin_answer(stream.response_header("content-type"), stream.response_header("content-encoding"), may_cut());
  if (call_.head_may_count()) {
    const std::string input(stream.response_header("x-amzn-bedrock-input-token-count"));
    call_.head_counts(input, stream.response_header("x-amzn-bedrock-output-token-count"));
  }
  if (call_.edits_answer() || call_.follows()) stream.remove_response_header("content-length");
}

BodyStatus ModelStream::answer_came(Stream& stream, bool end) {
  if (!last_) {
    if (call_.edits_answer() || call_.follows()) {
      edit_answer(stream, end);
    } else {
      read_answer(stream, end);
    }
    if (call_.content_seen()) account_->content_came([this] { return runtime_->now(); });
    if (!last_) return pace(stream);
  }
  // It ends here: now, where the upstream's own end is in these bytes, else when it is woken.
  stream.replace_response_chunk(end && !last_sent_ ? *last_ : std::string_view{});
  last_sent_ = last_sent_ || end;
  return end ? BodyStatus::proceed : BodyStatus::stop_no_buffer;
}

TrailersStatus ModelStream::answer_trailers(Stream& stream) {
  if (!last_) {
    std::string held_back;
    call_.end_answer(held_back);
    if (!held_back.empty()) stream.add_response_body(held_back);
  }
  return resting_ || (last_ && !last_sent_) ? TrailersStatus::stop : TrailersStatus::proceed;
}

void ModelStream::woken(Stream& stream) {
  if (last_) {
    waker_.reset();
    if (!std::exchange(last_sent_, true)) stream.end_answer(*last_);
    return;
  }
  if (!std::exchange(resting_, std::nullopt)) return;
  if (!rests(stream)) stream.answer_goes_on();
}

void ModelStream::read_answer(const Stream& stream, bool end) {
  stream.each_chunk(abi::BodyType::received_response, [&](std::string_view chunk) { call_.read_answer(chunk); });
  if (end) call_.end_answer();
}

// Where the answer ends here, `last_` is set, and nothing of these bytes has been sent.
void ModelStream::edit_answer(Stream& stream, bool end) {
  // Where it may be cut, it is looked at in small pieces: many events may come at once.
  const std::size_t piece = call_.follows() ? 256 : std::string_view::npos;
  SentBytes sent;
  const auto came = [&](auto take) { stream.each_chunk(abi::BodyType::received_response, take); };
  const auto pass = [&](std::string_view bytes) {
    const auto goes_on = sent.pass(bytes, [&](std::string& out) { return call_.edit_answer(bytes, out); });
    if (!call_.follows()) return;
    const auto end = call_.follow(goes_on, budget_->is_spent(call_.seen()));
    if (!end) return;
    std::string last = sent.all(came).erase(sent.size() - goes_on.size() + end->size);
    last_ = std::make_unique<const std::string>(std::move(last) + end->ending);
  };
  came([&](std::string_view chunk) {
    for (; !chunk.empty() && !last_; chunk.remove_prefix(std::min(piece, chunk.size()))) pass(chunk.substr(0, piece));
  });
  if (last_) {
    account_->truncated();
    if (end) return;
    waker_ = stream.waker();
    waker_->wake();
    return;
  }
  if (end) sent.append([&](std::string& out) { call_.end_answer(out); });
  if (sent.changed()) stream.replace_response_chunk(sent.all(came));
}

// Stops the answer until as much may have gone out at the limits' rate.
BodyStatus ModelStream::pace(Stream& stream) {
  if (!budget_ || !budget_->paces()) return BodyStatus::proceed;
  return resting_ || rests(stream) ? BodyStatus::stop_and_watermark : BodyStatus::proceed;
}

// Whether what was read so far is still too much; then it is looked at again when it no longer is.
bool ModelStream::rests(const Stream& stream) {
  const auto delay = budget_->delay(call_.seen());
  if (delay <= std::chrono::nanoseconds(0)) return false;
  const Instant now = runtime_->now();
  if (!spent_at_) spent_at_ = now;
  const Instant due = delay > Instant::max() - *spent_at_ ? Instant::max() : *spent_at_ + delay;
  if (due <= now) return false;
  resting_ = lasting_.waiting.add(due, [waker = stream.waker()] { waker->wake(); });
  return resting_.has_value();  // none: too many wait already
}

std::optional<Taken> ModelStream::over() {
  if (!account_) return std::nullopt;
  std::optional<Taken> taken;
  if (call_.answered()) taken = call_.taken();
  const auto complaint = account_->ended(call_, taken, runtime_->now());
  if (complaint) log(LogLevel::warn, *complaint);
  account_.reset();
  return taken;
}

}  // namespace weir::gateway
