#include "event_stream/crc32.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace weir::event_stream {

namespace {

constexpr std::size_t slices = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, slices>;

// tables[k][b]: what byte b does to the remainder when k more bytes follow it ("slicing by 8", Kounavis and Berry,
// 2005).
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1U) ^ ((rest & 1U) != 0 ? 0xEDB88320U : 0U);
    tables[0][byte] = rest;
  }
  for (std::size_t slice = 1; slice < slices; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t rest = tables[slice - 1][byte];
      tables[slice][byte] = (rest >> 8U) ^ tables[0][rest & 0xFFU];
    }
  }
  return tables;
}

constexpr Tables tables = make_tables();

std::uint32_t little_endian(const char* bytes) noexcept {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap32(word);
  return word;
}

}  // namespace

std::uint32_t crc32(std::string_view more, std::uint32_t before) noexcept {
  std::uint32_t rest = ~before;
  const char* at = more.data();
  std::size_t left = more.size();
  for (; left >= slices; left -= slices, at += slices) {
    const std::uint32_t low = little_endian(at) ^ rest;
    const std::uint32_t high = little_endian(at + 4);
    rest = tables[7][low & 0xFFU] ^ tables[6][(low >> 8U) & 0xFFU] ^ tables[5][(low >> 16U) & 0xFFU] ^
           tables[4][low >> 24U] ^ tables[3][high & 0xFFU] ^ tables[2][(high >> 8U) & 0xFFU] ^
           tables[1][(high >> 16U) & 0xFFU] ^ tables[0][high >> 24U];
  }
  for (; left != 0; --left, ++at) rest = (rest >> 8U) ^ tables[0][(rest ^ static_cast<unsigned char>(*at)) & 0xFFU];
  return ~rest;
}

}  // namespace weir::event_stream
