// seed.hpp: random tests print their seed; WEIR_SEED=N repeats one.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace weir::event_stream {

inline std::uint64_t seed() {
  static const std::uint64_t chosen = [] {
    const char* given = std::getenv("WEIR_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::uint64_t{std::random_device{}()};
  }();
  return chosen;
}

inline std::string repeat_with() { return "repeat with WEIR_SEED=" + std::to_string(seed()); }

}  // namespace weir::event_stream
