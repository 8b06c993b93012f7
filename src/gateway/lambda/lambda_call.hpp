// lambda_call.hpp: one request to a function, over all its attempts. The filter that faces the client makes it, each
// attempt's filter tells it what came of the attempt, and its outcome is counted once, whichever way it ends.
//
//     enter      a place among the function's calls, before the request leaves; without one it is shed
//     invoke     an attempt is sent; the first has the place that was entered, a retry enters one of its own
//     told       what came of the attempt; a retry forgets it
//     over       the stream is complete
#pragma once

#include "gateway/lambda/functions.hpp"
#include "gateway/settings.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::gateway {

// A place among a function's calls, left once: as told, or when this goes.
class HeldPlace {
 public:
  HeldPlace(std::shared_ptr<Function> function, const lambda::Concurrency::Place& place)
      : function_(std::move(function)), place_(place) {}
  HeldPlace(const HeldPlace&) = delete;
  HeldPlace& operator=(const HeldPlace&) = delete;
  ~HeldPlace() { leave(lambda::Concurrency::End::unknown); }

  void leave(lambda::Concurrency::End end, lambda::ThrottleReason reason = lambda::ThrottleReason::unknown);

 private:
  const std::shared_ptr<Function> function_;
  std::optional<lambda::Concurrency::Place> place_;
};

class LambdaCall {
 public:
  // What is known of the last attempt, or of what went wrong beside it.
  struct Told {
    std::optional<lambda::Outcome> outcome{};
    int status = 0;             // Lambda's; 0: it has not answered
    std::string_view reason{};  // of a throttle or a shed; lives for ever
    std::string version{};      // that ran
  };

  // Of the client's request.
  struct Client {
    std::string method{};
    bool grpc = false;
  };

  LambdaCall(std::shared_ptr<const LambdaRoute> route, std::shared_ptr<Function> function, Client client,
             lambda::Instant began);
  LambdaCall(const LambdaCall&) = delete;
  LambdaCall& operator=(const LambdaCall&) = delete;

  [[nodiscard]] const config::Lambda& lambda() const { return route_->lambda; }
  [[nodiscard]] const std::string& method() const { return client_.method; }
  [[nodiscard]] bool grpc() const { return client_.grpc; }
  [[nodiscard]] Function& function() const { return *function_; }
  [[nodiscard]] const Told& told() const { return told_; }

  // False: it is shed, and told so.
  [[nodiscard]] bool enter(lambda::Instant now);
  // The attempt's place; null: the retry is shed.
  [[nodiscard]] std::unique_ptr<HeldPlace> invoke(lambda::Instant now);
  [[nodiscard]] bool invoked() const { return attempts_ > 0; }

  // Lambda's answer to the attempt has begun.
  void answer_began(int status, std::string_view version);
  // What came of it. True: it should be tried again.
  [[nodiscard]] bool answered(const lambda::Meaning& meaning, std::string_view retry_after, lambda::Instant now);
  // What went wrong beside Lambda's answer.
  void failed(lambda::Outcome outcome);

  // The stream is complete. `otherwise`: what it came to if nothing has been told. Once: nothing afterwards.
  std::optional<lambda::Outcome> over(lambda::Outcome otherwise);

 private:
  const std::shared_ptr<const LambdaRoute> route_;
  const std::shared_ptr<Function> function_;
  const Client client_;
  const lambda::Instant began_;
  std::unique_ptr<HeldPlace> entered_;  // of the first attempt, until it is sent
  int attempts_ = 0;
  Told told_;
  bool counted_ = false;
};

}  // namespace weir::gateway
