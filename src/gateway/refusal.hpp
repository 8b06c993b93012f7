// refusal.hpp: the answer to a request that does not get through: its status, headers and body.
#pragma once

#include "config/config.hpp"
#include "gateway/answer_headers.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::gateway {

struct ModelRefusal;

struct Refusal {
  enum class Cause : std::uint8_t {
    limited,       // 429, or the limit's own status
    denied,        // 403
    malformed,     // 400: a part of a key is missing, or a cost is no number
    out_of_range,  // 422: a cost
    store_down,    // 503
  };
  Cause cause = Cause::limited;
  int status = 429;
  std::string detail;                       // one sentence for the caller
  std::vector<std::string_view> violated;   // names of the limits that refused
  std::optional<std::int64_t> retry_after;  // seconds, >= 1; none: no waiting helps
  AnswerHeaders headers;                    // those of the limits that were asked
  std::shared_ptr<ModelRefusal> model{};    // of a call of a model: the same in its provider's terms
};

// The sentence for a refused call when the limit brings none of its own.
[[nodiscard]] std::string limited_detail(std::span<const std::string_view> limits,
                                         std::optional<std::int64_t> retry_after);

struct Body {
  std::string_view content_type;  // lives as long as `responses`
  std::string text;
};
// In the form that the configuration asks for. A file's text is for limited calls; other refusals then are
// application/problem+json (RFC 9457), which is the default for all.
[[nodiscard]] Body refusal_body(const Refusal& refusal, const config::Responses& responses);

}  // namespace weir::gateway
