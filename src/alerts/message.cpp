#include "alerts/message.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>

namespace weir::alerts {

namespace {

using std::chrono::milliseconds;
using Digest = std::array<unsigned char, 32>;

std::string hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

Digest sha256(std::string_view text) {
  Digest digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("no SHA-256");
  }
  return digest;
}

std::int64_t unix_ms(Instant at) { return std::chrono::floor<milliseconds>(at).time_since_epoch().count(); }

// `0.8`: a share as the decimal it is.
std::string share_text(std::int64_t millionths) {
  if (millionths >= whole_share) return "1";
  std::string digits = std::to_string(whole_share + millionths).substr(1);
  digits.erase(digits.find_last_not_of('0') + 1);
  return "0." + digits;
}

std::string at_text(const Terms& terms) {
  return terms.kind == Kind::share ? share_text(terms.at) : std::to_string(terms.at);
}

std::string_view kind_word(Kind kind) { return kind == Kind::share ? "share" : "refusals"; }

std::string url_text(const Webhook& webhook) {
  return (webhook.tls ? "https://" : "http://") + webhook.host + " " + std::to_string(webhook.port) + webhook.target;
}

std::string id_of(const Digest& digest) { return hex(std::span(digest).first<16>()); }

std::string body_of(const Terms& terms, std::string_view id, const Crossing& crossing, std::string_view key_json) {
  std::string body = R"({"id":")" + std::string(id) + R"(","limit":")" + terms.limit + R"(","key":)";
  body.append(key_json);
  body.append(R"(,"kind":")").append(kind_word(terms.kind));
  body.append(R"(","at":)").append(at_text(terms));
  body.append(R"(,"used":)").append(std::to_string(crossing.used));
  body.append(R"(,"capacity":)").append(std::to_string(crossing.capacity));
  body.append(R"(,"reset_ms":)").append(std::to_string(unix_ms(std::chrono::ceil<milliseconds>(crossing.reset))));
  body.append(R"(,"time_ms":)").append(std::to_string(unix_ms(crossing.at))).append("}");
  return body;
}

}  // namespace

Message message_of(const std::shared_ptr<const Terms>& terms, const Crossing& crossing, std::string_view key,
                   std::string_view key_json) {
  // Names and URLs hold no zero byte: nothing runs into the key, which is last.
  std::string named = terms->limit;
  const auto add = [&](std::string_view part) { (named += '\0').append(part); };
  add(kind_word(terms->kind));
  add(at_text(*terms));
  add(std::to_string(terms->per.count()));
  add(crossing.window ? std::to_string(unix_ms(*crossing.window)) : "");
  const std::string of_key = std::string(1, '\0').append(key);
  const std::string claimed = named + '\0' + url_text(terms->webhook) + of_key;
  named += of_key;
  Message message{.terms = terms, .id = {}, .body = {}};
  const std::string at = crossing.window ? "" : '\0' + std::to_string(crossing.at.time_since_epoch().count());
  message.id = id_of(sha256(named + at));
  message.body = body_of(*terms, message.id, crossing, key_json);
  message.claim = hex(sha256(claimed));
  message.lasts = crossing.lasts;
  return message;
}

Message sample(const std::shared_ptr<const Terms>& terms, std::int64_t capacity, Instant now) {
  Digest random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) throw std::runtime_error("no random bytes");
  Message message{.terms = terms, .id = id_of(random), .body = {}};
  Crossing crossing{.used = capacity, .capacity = capacity, .reset = now + terms->window, .at = now};
  if (terms->kind == Kind::share) {
    const double share = static_cast<double>(terms->at) / static_cast<double>(whole_share);
    crossing.used = std::min(capacity, static_cast<std::int64_t>(share * static_cast<double>(capacity)) + 1);
  }
  message.body = body_of(*terms, message.id, crossing, R"("sample")");
  return message;
}

std::string signature(std::string_view body, std::string_view secret) {
  Digest digest{};
  unsigned size = 0;
  // The secret may be empty text, and so no memory: HMAC wants a pointer all the same.
  const char* const key = secret.empty() ? "" : secret.data();
  if (HMAC(EVP_sha256(), key, static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(body.data()),
           body.size(), digest.data(), &size) == nullptr) {
    throw std::runtime_error("no HMAC");
  }
  return "sha256=" + hex(digest);
}

}  // namespace weir::alerts
