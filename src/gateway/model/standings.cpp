#include "gateway/model/standings.hpp"

#include "gateway/model/model_facts.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace weir::gateway {

namespace {

usage::Standing standing(const EnforcedLimit& limit, const Decision& decision, Instant now) {
  return {.unit = limit.config.tokens.unit,
          .limit = *decision.limit,
          .remaining = decision.remaining,
          .reset = std::max(decision.reset - now, std::chrono::nanoseconds(0))};
}

}  // namespace

std::vector<usage::Standing> standings(const AskedLimits& asked, std::span<const Decision> decisions, Instant now) {
  std::vector<usage::Standing> all;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (asked.limits[i]->config.shadow || !decisions[i].limit) continue;
    all.push_back(standing(*asked.limits[i], decisions[i], now));
  }
  return all;
}

std::unique_ptr<ModelRefusal> model_refusal(const AskedLimits& asked, std::span<const Decision> decisions,
                                            const ModelFacts& facts, Instant now,
                                            std::optional<std::int64_t> retry_after) {
  std::optional<std::size_t> longest;
  constexpr auto never = std::chrono::nanoseconds::max();
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (decisions[i].allowed || !decisions[i].limit) continue;
    const auto wait = decisions[i].retry_after.value_or(never);
    if (!longest || wait > decisions[*longest].retry_after.value_or(never)) longest = i;
  }
  if (!longest) return nullptr;
  const EnforcedLimit& limit = *asked.limits[*longest];
  auto refusal = std::make_unique<ModelRefusal>(ModelRefusal{.limit = limit.config.name,
                                                             .model = facts.model,
                                                             .message = limit.config.reject_message,
                                                             .refused = {},
                                                             .standings = standings(asked, decisions, now)});
  refusal->refused = {.standing = standing(limit, decisions[*longest], now), .requested = asked.checks[*longest].cost};
  if (retry_after) refusal->refused.retry_after = std::chrono::seconds(*retry_after);
  return refusal;
}

usage::Protocol protocol_of_caller(usage::Protocol configured, usage::Operation operation) {
  if (configured != usage::Protocol::automatic) return configured;
  using enum usage::Operation;
  switch (operation) {
    case chat_completions:
    case completions:
    case responses:
    case embeddings:
      return usage::Protocol::openai;
    case messages:
      return usage::Protocol::anthropic;
    default:
      return configured;
  }
}

}  // namespace weir::gateway
