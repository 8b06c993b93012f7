#include "usage/encoding/decoder.hpp"

#include <algorithm>
#include <array>

namespace weir::usage {
namespace {

struct Word {
  std::string_view word;
  Encoding encoding;
};
constexpr std::array words{
    Word{"", Encoding::identity},   Word{"identity", Encoding::identity}, Word{"gzip", Encoding::gzip},
    Word{"x-gzip", Encoding::gzip}, Word{"deflate", Encoding::deflate},   Word{"br", Encoding::br},
    Word{"zstd", Encoding::zstd},
};

constexpr std::array<std::string_view, 5> reasons{
    "",
    "its content encoding is not known",
    "its encoded bytes are corrupt",
    "its encoding needs a window of more than 8 MiB",
    "it decodes to more than 256 times its size",
};

char lower(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace

Encoding encoding_of(std::string_view header) noexcept {
  const auto is_space = [](char byte) { return byte == ' ' || byte == '\t'; };
  while (!header.empty() && is_space(header.front())) header.remove_prefix(1);
  while (!header.empty() && is_space(header.back())) header.remove_suffix(1);
  for (const Word& each : words) {
    if (std::ranges::equal(header, each.word, {}, lower)) return each.encoding;
  }
  return Encoding::unknown;
}

std::string_view describe(Unread why) noexcept { return reasons[static_cast<std::size_t>(why)]; }

std::unique_ptr<Decoder> make_decoder(Encoding encoding) noexcept {
  switch (encoding) {
    case Encoding::gzip:
      return make_deflate_decoder(true);
    case Encoding::deflate:
      return make_deflate_decoder(false);
    case Encoding::br:
      return make_brotli_decoder();
    case Encoding::zstd:
      return make_zstd_decoder();
    default:
      return nullptr;
  }
}

}  // namespace weir::usage
