#include "store/redis/native/key_name.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <stdexcept>

namespace weir::store::redis::native {
namespace {

constexpr std::size_t longest_text = 256;  // bytes, before they are encoded

// Keys come from requests: with a hash that is no cryptographic one, somebody could make one that meets another's.
std::string sha256_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("this system's OpenSSL does not offer SHA-256, by which long keys are stored");
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(std::size_t{size} * 2);
  for (unsigned int at = 0; at < size; ++at) {
    hex += digits[digest[at] >> 4U];
    hex += digits[digest[at] & 15U];
  }
  return hex;
}

}  // namespace

std::string key_text(Key key) {
  if (key.is_number()) return "%number=" + std::to_string(key.number());
  const std::string_view text = key.text();
  if (text.empty()) return "%empty";
  if (text.size() > longest_text) return "%sha256=" + sha256_of(text);
  std::string encoded;
  encoded.reserve(text.size());
  for (const char one : text) {
    if (one == '%') {
      encoded += "%25";
    } else if (one == '}') {
      encoded += "%7D";
    } else {
      encoded += one;
    }
  }
  return encoded;
}

std::string key_name(std::string_view prefix, Key key) {
  std::string name(prefix);
  name += ":{";
  name += key_text(key);
  return name += '}';
}

std::string_view hash_tag(std::string_view name) {
  const std::size_t open = name.find('{');
  if (open == std::string_view::npos) return name;
  const std::size_t close = name.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1) return name;
  return name.substr(open + 1, close - open - 1);
}

}  // namespace weir::store::redis::native
