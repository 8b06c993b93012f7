#include "store/redis/native/key_name.hpp"

#include "store/redis/resp/hex_digest.hpp"

#include <openssl/evp.h>

#include <cstddef>

namespace weir::store::redis::native {
namespace {

constexpr std::size_t longest_text = 256;  // bytes, before they are encoded

}  // namespace

std::string key_text(Key key) {
  if (key.is_number()) return "%number=" + std::to_string(key.number());
  const std::string_view text = key.text();
  if (text.empty()) return "%empty";
  // Keys come from requests: with a hash that is no cryptographic one, somebody could make one that meets another's.
  if (text.size() > longest_text) return "%sha256=" + hex_digest(EVP_sha256(), text);
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
