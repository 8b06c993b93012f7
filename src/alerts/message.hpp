// message.hpp: a crossing as it is told: the body, its signature, and the name that only one of all gateways gets.
#pragma once

#include "alerts/terms.hpp"
#include "alerts/watch.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace weir::alerts {

struct Message {
  std::shared_ptr<const Terms> terms;
  std::string id;                    // 32 hexadecimal digits
  std::string body;                  // JSON
  std::string claim{};               // empty: it is told whatever others have told
  std::chrono::nanoseconds lasts{};  // of the claim
};

// `key` is what names it for the store, `key_json` what stands in the body. The id follows from limit, alert, key and
// window, so that gateways that can't ask each other give the same crossing the same one.
[[nodiscard]] Message message_of(const std::shared_ptr<const Terms>& terms, const Crossing& crossing,
                                 std::string_view key, std::string_view key_json);

// One that nothing has crossed, at the alert's threshold, for a key named `sample`.
[[nodiscard]] Message sample(const std::shared_ptr<const Terms>& terms, std::int64_t capacity, Instant now);

// `sha256=` and the HMAC-SHA256 of the body in hexadecimal digits.
[[nodiscard]] std::string signature(std::string_view body, std::string_view secret);

}  // namespace weir::alerts
