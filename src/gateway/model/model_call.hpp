// model_call.hpp: one call of a model through the gateway: what the request asks for, and what its answer says it took.
//
//     request    read_request ... end_request -> facts, the edit that makes the answer tell its usage
//     answer     begin_answer, read_answer ... end_answer -> taken
//
// Bytes are looked at as they pass and none is kept, but for an event that may have to be taken out (at most 2 KiB).
#pragma once

#include "gateway/model/model_facts.hpp"
#include "gateway/settings.hpp"
#include "usage/answer/ending.hpp"
#include "usage/answer/follower.hpp"
#include "usage/answer/usage_chunk.hpp"
#include "usage/body_reader.hpp"
#include "usage/request/body.hpp"
#include "usage/request/call.hpp"
#include "usage/request/include_usage.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir::gateway {

// What an answer took, and how that is known.
struct Taken {
  enum class How : std::uint8_t {
    exact,      // as the provider counted, to the answer's end
    estimated,  // by what was seen of prompt and answer
    held,       // nobody knows: what was held is charged (usage_missing: held)
    free,       // nobody knows: nothing is (usage_missing: free)
  };
  How how = How::exact;
  usage::Counts counts{};
  std::string_view why{};  // of estimated, held and free: what was missing
};

class ModelCall {
 public:
  // `target`: the request's path as the client sent it. `wants_events`: its headers ask for an answer in events, where
  // an API asks that way (DashScope).
  ModelCall(const ModelRoute& route, std::string_view target, std::string_view content_type, bool wants_events = false);
  ModelCall(const ModelCall&) = delete;
  ModelCall& operator=(const ModelCall&) = delete;
  ~ModelCall() = default;

  // Whether the request's body says what is asked for. Where it does not, the facts are there at once.
  [[nodiscard]] bool reads_request() const { return request_ != nullptr; }
  void read_request(std::string_view bytes) { (void)request_->feed(bytes); }
  // The body is over. What can't be understood for certain: a sentence, for whoever sent it.
  [[nodiscard]] std::optional<std::string> end_request();

  [[nodiscard]] const ModelFacts& facts() const { return facts_; }
  // The request asks for an answer in events: others are one document, which can't be ended early.
  [[nodiscard]] bool streams() const { return streams_; }
  // Of the request's body, so that a streamed answer tells its usage.
  [[nodiscard]] const std::optional<usage::Edit>& edit() const { return edit_; }

  // An answer with status 2xx: others take nothing. `may_cut`: it may have to be ended early.
  void begin_answer(std::string_view content_type, std::string_view content_encoding, bool may_cut);
  // Whether its head may tell what it took (Bedrock's InvokeModel); the head's words, "" of what it lacks.
  [[nodiscard]] bool head_may_count() const { return call_.operation == usage::Operation::invoke_model; }
  void head_counts(std::string_view input, std::string_view output);
  // Whether an event may have to be taken out of it; then edit_answer is called instead of read_answer.
  [[nodiscard]] bool edits_answer() const { return remover_ != nullptr; }
  void read_answer(std::string_view bytes) { answer_->read(bytes); }
  // True: the bytes go on as they are. False: what was appended to `out` goes on in their place.
  [[nodiscard]] bool edit_answer(std::string_view bytes, std::string& out);
  // The body is over, by whatever it ended. `out` gets what was still held back.
  void end_answer() { answer_->end(); }
  void end_answer(std::string& out);
  [[nodiscard]] bool answered() const { return answer_ != nullptr; }
  [[nodiscard]] bool content_seen() const { return answer_->content_seen(); }

  // What was seen of tokens so far; what nobody has counted yet is estimated.
  [[nodiscard]] usage::Counts seen() const;
  // Follows what goes on to the client. Bytes of `sent` behind which the answer may be ended, and with what; nothing:
  // not in these. Only of an answer that may have to be cut.
  struct End {
    std::size_t size = 0;
    std::string ending;
  };
  [[nodiscard]] bool follows() const { return follower_ != nullptr; }
  [[nodiscard]] std::optional<End> follow(std::string_view sent, bool is_spent);

  [[nodiscard]] Taken taken() const;

 private:
  [[nodiscard]] std::uint64_t unread_output(std::uint64_t read) const;

  const config::Model model_;
  usage::Call call_;
  ModelFacts facts_;
  bool wants_events_;
  bool to_be_asked_;  // for its usage, where it streams
  bool streams_ = false;
  bool text_comes_once_ = false;       // of its answer's events
  std::optional<usage::Counts> head_;  // what the answer's head told
  std::unique_ptr<usage::RequestReader> request_;
  std::optional<usage::Edit> edit_;
  std::unique_ptr<usage::BodyReader> answer_;
  std::unique_ptr<usage::UsageChunkRemover> remover_;
  std::unique_ptr<usage::Follower> follower_;
};

}  // namespace weir::gateway
