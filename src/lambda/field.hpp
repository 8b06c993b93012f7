// field.hpp: header fields, and which of them pass between a client, a function and AWS.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::lambda {

// A header as it came; views of what the host holds.
struct FieldView {
  std::string_view name;
  std::string_view value;
};

struct Field {
  std::string name;  // lower case
  std::string value;
  bool operator==(const Field&) const = default;
};
using Fields = std::vector<Field>;

[[nodiscard]] std::string lower_case(std::string_view text);
[[nodiscard]] bool same_name(std::string_view one, std::string_view other) noexcept;
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

// Belongs to one connection (RFC 9110, 7.6.1); `name` in any case.
[[nodiscard]] bool is_hop_by_hop(std::string_view name) noexcept;

// Of a client's request: goes into the event. Pseudo-headers, hop-by-hop headers and Envoy's own do not.
[[nodiscard]] bool enters_event(std::string_view name) noexcept;

// Of a function's answer: goes to the client. Not: hop-by-hop headers, content-length (it is counted anew), and names
// by which Weir and Envoy speak: a function must not give them orders, nor claim to have been throttled.
[[nodiscard]] bool leaves_answer(std::string_view name) noexcept;

// A token, and a value without control characters but the tab (RFC 9110, 5.1 and 5.5).
[[nodiscard]] bool is_field_name(std::string_view name) noexcept;
[[nodiscard]] bool is_field_value(std::string_view value) noexcept;

}  // namespace weir::lambda
