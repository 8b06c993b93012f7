// admission.hpp: a request against the limits of its route: may it pass, and what does its answer say?
#pragma once

#include "gateway/answer_headers.hpp"
#include "gateway/refusal.hpp"
#include "gateway/request.hpp"
#include "gateway/runtime.hpp"

#include <weir/reservation.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace weir::gateway {

// What a request holds until its stream ends: places of concurrency limits, and with them the cost of the others.
class Hold {
 public:
  Hold(Reservation reservation, std::vector<std::int64_t> used)
      : reservation_(std::move(reservation)), used_(std::move(used)) {}
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() {
    // Rates keep what they charged, places are free again. A store that is down frees them at the lease's end.
    [[maybe_unused]] const Settled settled = reservation_.settle(used_);
  }

 private:
  Reservation reservation_;
  std::vector<std::int64_t> used_;
};

struct Admission {
  AnswerHeaders headers;             // for the upstream's answer
  std::unique_ptr<Hold> hold;        // until the stream's end
  std::unique_ptr<Refusal> refusal;  // set: the request does not get through
};

// All limits that apply are decided as one. Without overrides, composite keys and concurrency limits: no allocation.
[[nodiscard]] Admission admit(const Request& request, const RouteLimits& route, const Runtime& runtime);

}  // namespace weir::gateway
