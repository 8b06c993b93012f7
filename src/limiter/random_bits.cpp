#include "limiter/random_bits.hpp"

#include <random>
#include <string_view>

namespace weir::limiter {
namespace {

void append_hex(std::string& out, std::uint64_t bits) {
  static constexpr std::string_view digits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out += digits[bits >> shift & 15];
}

}  // namespace

std::uint64_t random_bits() {
  static thread_local std::random_device device;  // RDRAND, or getrandom
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

std::string random_id() {
  std::string id;
  append_hex(id, random_bits());
  append_hex(id, random_bits());
  return id;
}

}  // namespace weir::limiter
