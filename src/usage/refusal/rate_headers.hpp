// rate_headers.hpp: what a caller has left, in the headers that its provider's SDK reads.
//
//     OpenAI      x-ratelimit-{limit,remaining,reset}-{requests,tokens}; reset is a duration like 6m0s
//     Anthropic   anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,reset}; reset is a
//                 moment in RFC 3339
#pragma once

#include "usage/protocol.hpp"
#include "usage/refusal/standing.hpp"

#include <span>

namespace weir::usage {

// Of several limits of one unit the one with the least left is told. OpenAI has no words for input and output tokens,
// which are told as tokens, and nobody has for money, which is not told. Empty for the other protocols.
[[nodiscard]] Headers rate_headers(Protocol protocol, std::span<const Standing> standings, WallClock now);

}  // namespace weir::usage
