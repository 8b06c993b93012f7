// governor.h: the C ABI of src/lib.rs, where each function is described.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
struct GovernorIntegerLimiter;
struct GovernorTextLimiter;
struct GovernorKeys;  // prepared strings
struct GovernorText {
  const char* data;
  std::size_t size;
};

GovernorIntegerLimiter* governor_integers_new(std::uint64_t interval_ns, std::uint32_t burst);
std::uint64_t governor_integers_check(const GovernorIntegerLimiter* limiter, const std::uint64_t* keys,
                                      std::size_t count);
void governor_integers_free(GovernorIntegerLimiter* limiter);

GovernorTextLimiter* governor_texts_new(std::uint64_t interval_ns, std::uint32_t burst);
GovernorKeys* governor_texts_prepare(const GovernorText* texts, std::size_t count);
void governor_texts_discard(GovernorKeys* keys);
std::uint64_t governor_texts_check(const GovernorTextLimiter* limiter, const GovernorKeys* keys, std::size_t from,
                                   std::size_t to);
void governor_texts_free(GovernorTextLimiter* limiter);
}
