// envoy_duration.hpp: a google.protobuf.Duration in JSON: seconds with up to nine decimals.
#pragma once

#include <chrono>
#include <string>

namespace weir::gateway {

[[nodiscard]] inline std::string envoy_duration(std::chrono::nanoseconds span) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(span);
  std::string text = std::to_string(seconds.count());
  if (const auto rest = (span - seconds).count(); rest != 0) {
    const std::string nanos = std::to_string(rest);
    text += "." + std::string(9 - nanos.size(), '0') + nanos;
  }
  return text + "s";
}

}  // namespace weir::gateway
