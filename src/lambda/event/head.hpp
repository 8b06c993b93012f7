// head.hpp: all of an event that stands before its body. One file a format: v1.cpp, v2.cpp, alb.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lambda/event/request.hpp"

namespace weir::lambda {

// Each appends an object that is left open, without a comma at its end.
void write_v1_head(std::string& out, const Request& request, const Context& context);
void write_v2_head(std::string& out, const Request& request, const Context& context);
void write_alb_head(std::string& out, const Request& request, const Context& context);

// 09/Apr/2015:12:34:56 +0000
[[nodiscard]] std::string common_log_time(std::int64_t unix_ms);

[[nodiscard]] std::string_view first_label(std::string_view host) noexcept;

// "" when there is none.
[[nodiscard]] std::string_view header_value(const Request& request, std::string_view name) noexcept;

inline constexpr std::string_view default_stage = "$default";

}  // namespace weir::lambda
