#include "api/given_key.hpp"

#include "limiter/composite_key.hpp"

#include <algorithm>
#include <utility>

namespace weir::api {
namespace {

constexpr std::size_t most_parts = 16;

Result<GivenKey> joined(std::vector<std::string> parts, const config::Limit& limit) {
  const std::size_t wanted = limit.key.size();
  if (wanted > 1 && parts.size() != wanted) {
    return refuse(422, "The key of limit " + limit.name + " has " + std::to_string(wanted) +
                           " parts: give a list of so many strings.");
  }
  if (parts.empty() || parts.size() > most_parts) return refuse(422, "A key has 1 to 16 parts.");
  if (std::ranges::any_of(parts, &std::string::empty)) return refuse(422, "No part of a key may be empty.");
  const std::vector<std::string_view> views(parts.begin(), parts.end());
  GivenKey key{.text = limiter::composite_key(views)};
  if (parts.size() > 1) key.parts = std::move(parts);
  return key;
}

Result<GivenKey> plain(std::string text, const config::Limit& limit) { return joined({std::move(text)}, limit); }

std::optional<std::vector<std::string>> texts_of(const Json& list) {
  if (list.kind != Json::Kind::list) return std::nullopt;
  std::vector<std::string> parts;
  for (const Json& item : list.items) {
    if (item.kind != Json::Kind::text) return std::nullopt;
    parts.push_back(item.text);
  }
  return parts;
}

}  // namespace

Result<GivenKey> key_of(const Json& value, const config::Limit& limit) {
  if (value.kind == Json::Kind::text) return plain(value.text, limit);
  auto parts = texts_of(value);
  if (!parts) return refuse(400, "'key' must be a string, or a list of strings.");
  return joined(*std::move(parts), limit);
}

Result<GivenKey> key_of(std::string text, const config::Limit& limit) {
  if (limit.key.size() > 1) {
    if (auto parts = listed_parts(text)) return joined(*std::move(parts), limit);
  }
  return plain(std::move(text), limit);
}

std::optional<std::vector<std::string>> listed_parts(std::string_view text) {
  if (!text.starts_with('[')) return std::nullopt;
  const auto list = read_json(text, Bytes::any);
  return list ? texts_of(*list) : std::nullopt;
}

}  // namespace weir::api
