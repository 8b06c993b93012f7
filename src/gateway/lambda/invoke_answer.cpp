#include "gateway/lambda/invoke_answer.hpp"

#include <utility>

namespace weir::gateway {

using lambda::Outcome;
using lambda::Reaction;

InvokeAnswer::InvokeAnswer(const config::Lambda& lambda, std::string_view method) : lambda_(lambda), method_(method) {}

void InvokeAnswer::begin(const lambda::Reply& reply, std::string_view content_type) {
  status_ = reply.status;
  retry_after_ = reply.retry_after;
  const lambda::Meaning meaning = meaning_of(reply);
  if (meaning.outcome == Outcome::throttled) {
    error_type_ = reply.error_type;
    at_ = At::error;
    return;
  }
  const Reaction reaction = react(reply, meaning, lambda_.errors);
  switch (reaction.way) {
    case Reaction::Way::replace:
      end(meaning);
      replace(reaction);
      break;
    case Reaction::Way::pass:
      if (meaning.outcome != Outcome::ok) end(meaning);
      pass(reaction);
      break;
    case Reaction::Way::unwrap:
      if (lambda_.invoke == lambda::Invocation::stream) {
        streamed_.emplace(content_type, method_);
        at_ = At::streaming;
      } else {
        at_ = At::output;
      }
      break;
  }
}

void InvokeAnswer::take(std::string_view piece) {
  switch (at_) {
    case At::error: {
      held_ += piece;
      if (held_.size() >= max_error) settle_error();
      break;
    }
    case At::output:
      if (held_.size() + piece.size() > max_output) {
        held_ = {};
        fail(Outcome::malformed, "the function's answer is larger than Lambda lets one be");
      } else {
        held_ += piece;
      }
      break;
    case At::streaming:
      follow(piece, false);
      break;
    case At::passing:  // the rest of what came along with the end of what was held
      out_ += piece;
      break;
    case At::bare:
    case At::head:
    case At::replaced:
    case At::broken:
      break;
  }
}

void InvokeAnswer::finish() {
  finished_ = true;
  switch (at_) {
    case At::error:
      settle_error();
      break;
    case At::output:
      unwrap_output();
      break;
    case At::streaming:
      follow({}, true);
      break;
    case At::passing:
    case At::bare:
      if (!ending_) end({Outcome::ok});
      break;
    case At::head:
    case At::replaced:
    case At::broken:
      break;
  }
}

std::optional<InvokeAnswer::Head> InvokeAnswer::take_head() {
  if (!head_) return std::nullopt;
  head_taken_ = true;
  return std::exchange(head_, std::nullopt);
}

// A throttle, whose Reason stands in its body.
void InvokeAnswer::settle_error() {
  const lambda::Reply reply{.status = status_, .error_type = error_type_, .retry_after = retry_after_, .body = held_};
  const lambda::Meaning meaning = meaning_of(reply);
  const Reaction reaction = react(reply, meaning, lambda_.errors);
  end(meaning);
  if (reaction.way == Reaction::Way::replace) return replace(reaction);
  pass(reaction);
  if (at_ == At::passing) out_ = std::move(held_);
}

void InvokeAnswer::unwrap_output() {
  auto answer = unwrap(lambda_.payload, std::move(held_), method_);
  if (!answer) return fail(Outcome::malformed, describe(answer.error()));
  end({Outcome::ok});
  head_ = Head{.status = answer->head.status, .fields = std::move(answer->head.headers)};
  if (lambda::has_body(method_, answer->head.status)) head_->size = answer->body.size();
  out_ = std::move(answer->body);
  at_ = At::replaced;
}

void InvokeAnswer::follow(std::string_view piece, bool end_of_answer) {
  using Next = lambda::StreamedAnswer::Next;
  while (true) {
    Next next = streamed_->next(piece);
    if (next == Next::starved && end_of_answer) next = streamed_->finish();
    switch (next) {
      case Next::starved:
        return;
      case Next::head:
        head_ = Head{.status = streamed_->head().status, .fields = streamed_->head().headers};
        break;
      case Next::body:
        out_ += streamed_->body();
        break;
      case Next::end:
        end({Outcome::ok});
        if (end_of_answer) return;
        break;
      case Next::broken:
        return fail(streamed_->outcome(), streamed_->detail());
    }
  }
}

// Lambda is asked by POST, whatever the client's method is: what it answers has a body, and to HEAD none may go on.
void InvokeAnswer::pass(const Reaction& reaction) {
  head_ = Head{.status = status_, .fields = reaction.headers, .replaces = false};
  at_ = lambda::has_body(method_, status_) ? At::passing : At::bare;
}

void InvokeAnswer::replace(const Reaction& reaction) {
  head_ = Head{.status = reaction.status, .fields = reaction.headers};
  if (lambda::has_body(method_, reaction.status)) {
    out_ = reaction.body;
    head_->size = out_.size();
  } else {
    out_.clear();
  }
  at_ = At::replaced;
}

void InvokeAnswer::fail(Outcome outcome, std::string_view detail) {
  end({outcome}, detail);
  if (!head_taken_) {
    given_up_ = !finished_;
    return replace(react(outcome, lambda_.errors));
  }
  out_.clear();
  at_ = At::broken;
}

void InvokeAnswer::end(const lambda::Meaning& meaning, std::string_view detail) {
  if (!ending_) ending_ = Ending{meaning, std::string(detail)};
}

}  // namespace weir::gateway
