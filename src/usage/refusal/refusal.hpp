// refusal.hpp: a refused call, answered as its provider would: what the SDKs turn into their own RateLimitError.
//
// Sources: platform.openai.com/docs/guides/rate-limits and error-codes; docs.anthropic.com/en/api/errors and
// rate-limits. Both vendors' SDKs retry a 429 by themselves after Retry-After, and leave it when `x-should-retry` is
// `false`.
#pragma once

#include "usage/protocol.hpp"
#include "usage/refusal/standing.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::usage {

struct Refused {
  std::string_view limit{};                               // its name
  Standing standing{};                                    // with the limit that refused
  std::int64_t requested = 0;                             // in its unit
  std::optional<std::chrono::nanoseconds> retry_after{};  // nothing: no Retry-After
  bool impossible = false;     // no waiting helps: more was asked for than the limit ever has
  std::string_view model{};    // empty: not known
  std::string_view message{};  // the configuration's own; empty: ours
};

struct Answer {
  int status = 429;
  std::string content_type;
  Headers headers;  // Retry-After and rate headers among them
  std::string body;
};

// `standings`: with all limits of the call, for the rate headers. Nothing for protocols whose refusals are problem+json
// like everybody's.
[[nodiscard]] std::optional<Answer> refusal(Protocol protocol, const Refused& refused,
                                            std::span<const Standing> standings, WallClock now);

}  // namespace weir::usage
