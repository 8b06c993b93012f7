// standings.hpp: where the caller of a model stands with each limit, for the headers and refusals of its provider.
#pragma once

#include "gateway/asked_limits.hpp"
#include "usage/protocol.hpp"
#include "usage/refusal/refusal.hpp"
#include "usage/request/call.hpp"

#include <weir/decision.hpp>

#include <span>
#include <string>
#include <vector>

namespace weir::gateway {

// Why a call of a model is refused, as its provider would tell it.
struct ModelRefusal {
  std::string limit;
  std::string model;
  std::string message;     // the configuration's own; empty: none
  usage::Refused refused;  // its texts are those above
  std::vector<usage::Standing> standings;
};

// Of limits that are seen: shadow limits and `unlimited` tell nothing.
[[nodiscard]] std::vector<usage::Standing> standings(const AskedLimits& asked, std::span<const Decision> decisions,
                                                     Instant now);

// Of the limit that refuses longest. `retry_after`: as the whole refusal has it.
[[nodiscard]] std::unique_ptr<ModelRefusal> model_refusal(const AskedLimits& asked, std::span<const Decision> decisions,
                                                          const ModelFacts& facts, Instant now,
                                                          std::optional<std::int64_t> retry_after);

// Whose words the caller understands: what the upstream was said to speak, else what the call looks like.
[[nodiscard]] usage::Protocol protocol_of_caller(usage::Protocol configured, usage::Operation operation);

}  // namespace weir::gateway
