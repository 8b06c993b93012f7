// seed.hpp: what a random test is repeated with.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace weir {

// $WEIR_SEED, else another one each time; the same as long as the process runs.
inline std::uint64_t seed() {
  static const std::uint64_t chosen = [] {
    const char* given = std::getenv("WEIR_SEED");  // NOLINT(concurrency-mt-unsafe)
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  }();
  return chosen;
}

inline std::string repeat_with() { return "repeat with WEIR_SEED=" + std::to_string(seed()); }

}  // namespace weir
