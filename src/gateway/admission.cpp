#include "gateway/admission.hpp"

#include "gateway/asked_limits.hpp"
#include "gateway/conclusion.hpp"
#include "gateway/rate_limit_headers.hpp"

#include <array>
#include <cstddef>
#include <memory_resource>
#include <span>
#include <utility>

namespace weir::gateway {

namespace {

Admission reserve(const AskedLimits& asked, const RouteLimits& route, const Runtime& runtime, const Patience& patience,
                  Told* told) {
  const Instant start = runtime.now();
  auto reservation =
      reserve_all(std::span(asked.checks.data(), asked.checks.size()), {.lease = longest_stream, .once = true});
  runtime.metrics().decision_seconds.record(runtime.now() - start);
  const std::span<const Decision> decisions =
      reservation ? reservation->decisions() : std::span<const Decision>(reservation.error().decisions);
  Admission admission = conclusion(reservation.has_value(), asked, decisions, route, runtime, patience, told);
  if (reservation) admission.hold = hold_of(*std::move(reservation), asked, runtime, nullptr);
  return admission;
}

}  // namespace

Admission admit(const Request& request, const RouteLimits& route, const Runtime& runtime, const Patience& patience,
                Told* told) {
  std::array<std::byte, 512> on_stack;
  std::pmr::monotonic_buffer_resource memory(on_stack.data(), on_stack.size());
  AskedLimits asked = asked_limits(request, route, memory);
  if (asked.malformed || asked.checks.empty()) {
    Admission admission;
    admission.refusal = std::move(asked.malformed);
    return admission;
  }
  if (asked.holds) return reserve(asked, route, runtime, patience, told);

  PerLimit<Decision> decisions(asked.checks.size());
  const Instant start = runtime.now();
  const auto all =
      limit_all(std::span(asked.checks.data(), asked.checks.size()), std::span(decisions.data(), decisions.size()));
  runtime.metrics().decision_seconds.record(runtime.now() - start);
  return conclusion(all.allowed, asked, {decisions.data(), decisions.size()}, route, runtime, patience, told);
}

void answered(Hold& hold, int status, AnswerHeaders& headers, const Runtime& runtime) {
  hold.answered(status);
  if (!hold.gives_back()) return;
  const std::vector<Decision> decisions = hold.decisions(runtime.now());
  PerLimit<LimitState> states;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    add_state(states, *hold.held()[i].limit, decisions[i], hold.held()[i].rule);
  }
  headers = AnswerHeaders{};
  add_rate_limit_headers(headers, runtime.responses(), {states.data(), states.size()}, runtime.now());
}

}  // namespace weir::gateway
