#include "gateway/model/model_call.hpp"

#include "gateway/model/standings.hpp"

#include "usage/json/number.hpp"
#include "usage/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <utility>

namespace weir::gateway {

namespace {

using config::Model;

bool is_json(std::string_view content_type) {
  constexpr std::string_view json = "json";
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  return !std::ranges::search(type, json, same).empty();
}

// Only who speaks OpenAI's chat knows the question.
bool can_be_asked(usage::Operation operation) {
  return operation == usage::Operation::chat_completions || operation == usage::Operation::completions;
}

bool is_to_be_asked(Model::AskUsage ask, usage::Operation operation, std::string_view host) {
  switch (ask) {
    case Model::AskUsage::never:
      return false;
    case Model::AskUsage::always:
      return can_be_asked(operation);
    case Model::AskUsage::automatic:
      return usage::must_be_asked(operation, host);
  }
  return false;
}

}  // namespace

ModelCall::ModelCall(const ModelRoute& route, std::string_view target, std::string_view content_type, bool wants_events)
    : model_(route.model),
      call_(usage::call_of(target)),
      wants_events_(wants_events),
      to_be_asked_(is_to_be_asked(model_.ask_usage, call_.operation, route.host)) {
  facts_.model = call_.model;
  facts_.protocol = protocol_of_caller(model_.protocol, call_.operation);
  facts_.asked.max_output = 0;
  const bool known = call_.operation != usage::Operation::other;
  if (known || is_json(content_type)) request_ = std::make_unique<usage::RequestReader>();
}

std::optional<std::string> ModelCall::end_request() {
  const auto body = request_->finish();
  if (body) {
    if (facts_.model.empty()) facts_.model = body->model;
    facts_.asked.input = body->prompt.estimate();
    facts_.asked.answers = body->answers;
    // What answers with no text of a model, or is none of its calls, needs no output held.
    const bool writes = call_.operation != usage::Operation::other && call_.operation != usage::Operation::embeddings;
    facts_.asked.max_output = writes || body->max_output ? body->max_output : std::optional<std::uint64_t>(0);
    streams_ = call_.streams(call_.streaming == usage::Streaming::header ? wants_events_
                             : call_.streaming == usage::Streaming::mode ? body->streaming_mode
                                                                         : body->stream);
    text_comes_once_ = body->incremental_output;
    if (streams_ && to_be_asked_) edit_ = request_->edit_to_include_usage();
  }
  const bool unclear = !body && call_.operation != usage::Operation::other;
  std::optional<std::string> sentence;
  if (unclear) sentence = body.error().sentence();
  request_ = nullptr;
  return sentence;
}

void ModelCall::begin_answer(std::string_view content_type, std::string_view content_encoding, bool may_cut) {
  answer_ = std::make_unique<usage::BodyReader>(model_.protocol, content_type, content_encoding);
  if (text_comes_once_) answer_->text_comes_once();
  const bool is_plain = usage::encoding_of(content_encoding) == usage::Encoding::identity;
  if (edit_ && is_plain && content_type.starts_with("text/event-stream")) {
    remover_ = std::make_unique<usage::UsageChunkRemover>();
  }
  if (may_cut && is_plain) follower_ = std::make_unique<usage::Follower>(content_type);
}

std::optional<ModelCall::End> ModelCall::follow(std::string_view sent, bool is_spent) {
  const std::optional<std::size_t> whole = follower_->follow(sent);
  if (!is_spent || !whole) return std::nullopt;
  const usage::Cut cut{
      .dialect = answer_->observe().dialect, .framing = follower_->framing(), .counts = seen(), .usage_asked = !edit_};
  std::string ending = usage::ending(follower_->state(), cut);
  if (ending.empty()) return std::nullopt;
  return End{.size = *whole, .ending = std::move(ending)};
}

void ModelCall::head_counts(std::string_view input, std::string_view output) {
  const auto in = usage::json::count_of(input);
  const auto out = usage::json::count_of(output);
  if (in && out) head_ = usage::Counts{.input = *in, .output = *out};
}

usage::Counts ModelCall::seen() const {
  if (head_) return *head_;
  const usage::Observation seen = answer_->observe();
  usage::Counts counts = seen.counts;
  if (!seen.input_known) counts.input = facts_.asked.input;
  counts.output = seen.output_so_far() + unread_output(seen.output_so_far());
  return counts;
}

// Of what passed and could not be decoded: no more than the request allows.
std::uint64_t ModelCall::unread_output(std::uint64_t read) const {
  const std::uint64_t guess = usage::estimated_tokens_of_unread(answer_->passed_unread(), streams_);
  const std::optional<std::uint64_t>& most = facts_.asked.max_output;
  if (!most) return guess;
  const std::uint64_t all = *most > std::numeric_limits<std::uint64_t>::max() / facts_.asked.answers
                                ? std::numeric_limits<std::uint64_t>::max()
                                : *most * facts_.asked.answers;
  return std::min(guess, all - std::min(all, read));
}

bool ModelCall::edit_answer(std::string_view bytes, std::string& out) {
  answer_->read(bytes);
  return remover_ == nullptr || remover_->feed(bytes, out);
}

void ModelCall::end_answer(std::string& out) {
  answer_->end();
  if (remover_ != nullptr) remover_->finish(out);
}

Taken ModelCall::taken() const {
  const usage::Observation seen = answer_->observe();
  if (seen.final && seen.input_known && seen.output_known) return {.how = Taken::How::exact, .counts = seen.counts};
  if (head_) return {.how = Taken::How::exact, .counts = *head_};
  const bool told = seen.input_known || seen.output_known;
  const std::string_view why = answer_->unread() != usage::Unread::no ? usage::describe(answer_->unread())
                               : seen.error                           ? "the provider told of an error"
                               : seen.broken                          ? "the answer could not be read"
                               : told                                 ? "the answer ended before its last count"
                                                                      : "the answer told no usage";
  if (!told && model_.usage_missing == Model::UsageMissing::free) return {.how = Taken::How::free, .why = why};
  if (!told && model_.usage_missing == Model::UsageMissing::held) return {.how = Taken::How::held, .why = why};
  return {.how = Taken::How::estimated, .counts = this->seen(), .why = why};
}

}  // namespace weir::gateway
