// model_stream.hpp: a request to a model and its answer, as they pass through Envoy.
//
//     request body    read to its end before it is decided (model_call: what it asks for)
//     go              it may ask for what its answer is to tell
//     answer          read as it passes; an event taken out, its end, or a rest, where a limit or an edit wants it
//     over            what it took, whichever way it ended
#pragma once

#include "gateway/edge.hpp"
#include "gateway/model/model_account.hpp"
#include "gateway/model/model_call.hpp"
#include "gateway/model/stream_budget.hpp"
#include "gateway/runtime.hpp"
#include "gateway/wait_queue.hpp"

#include <memory>
#include <optional>
#include <string>

namespace weir::gateway {

class ModelStream {
 public:
  // What a request may have in its body. The largest that providers take with images in it is about this.
  static constexpr std::uint64_t most_request_body = std::uint64_t{32} << 20;

  // In the hook of the request's headers; `route` leads to a model. `lasting` outlives it.
  ModelStream(Lasting& lasting, std::shared_ptr<const Runtime> runtime, std::shared_ptr<const RouteLimits> route,
              const Stream& stream);
  ModelStream(const ModelStream&) = delete;
  ModelStream& operator=(const ModelStream&) = delete;
  ~ModelStream();

  // True until the request's body, which says what is asked for, is whole.
  [[nodiscard]] bool reads_request() const { return call_.reads_request(); }
  void read_request(const Stream& stream);
  // The body is whole. What can't be understood for certain: a sentence.
  [[nodiscard]] std::optional<std::string> end_request() { return call_.end_request(); }
  [[nodiscard]] const ModelFacts& facts() const { return call_.facts(); }

  // The request goes to the model, before its headers do. `hold`: what it holds, or null.
  void go(Stream& stream, const Hold* hold);

  void answer_began(Stream& stream, int status);
  [[nodiscard]] bool answered() const { return call_.answered(); }  // with a status of 2xx
  [[nodiscard]] BodyStatus answer_came(Stream& stream, bool end);
  // The end of an answer whose body did not tell of it.
  [[nodiscard]] TrailersStatus answer_trailers(Stream& stream);
  void woken(Stream& stream);

  // The stream is complete: counts what the call took. Nothing when it took nothing.
  [[nodiscard]] std::optional<Taken> over();

 private:
  void read_answer(const Stream& stream, bool end);
  void edit_answer(Stream& stream, bool end);
  [[nodiscard]] bool may_cut() const { return budget_ && budget_->truncates() && call_.streams(); }
  [[nodiscard]] BodyStatus pace(Stream& stream);
  [[nodiscard]] bool rests(const Stream& stream);

  Lasting& lasting_;
  const std::shared_ptr<const Runtime> runtime_;
  const std::shared_ptr<const RouteLimits> route_;
  const Instant began_;
  ModelCall call_;
  std::optional<ModelAccount> account_;       // from where it goes to the model
  std::optional<StreamBudget> budget_;        // where a limit may end or slow the answer
  std::optional<Instant> spent_at_;           // when it was used up
  std::optional<WaitQueue::Ticket> resting_;  // until the answer may go on
  std::unique_ptr<const std::string> last_;   // what an answer ends with that is ended here
  bool last_sent_ = false;
  std::unique_ptr<StreamWaker> waker_;
};

}  // namespace weir::gateway
