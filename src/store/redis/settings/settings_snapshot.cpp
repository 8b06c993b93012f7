#include "store/redis/settings/settings_snapshot.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <span>

namespace weir::store::redis {
namespace {

using Type = Value::Type;

bool is_text(const Value& value) { return value.type == Type::text || value.type == Type::status; }

// Every two items as a pair of texts.
template <class Take>
bool take_pairs(const Value& list, Take take) {
  if (list.type != Type::array || list.items.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < list.items.size(); i += 2) {
    const Value& first = list.items[i];
    const Value& second = list.items[i + 1];
    if (!is_text(first) || !is_text(second) || !take(first.text, second.text)) return false;
  }
  return true;
}

// Beyond all times in ms that a score can tell apart, and far from where sums of them would overflow.
constexpr std::int64_t last_ms = 9'000'000'000'000'000;
std::int64_t within_time(std::int64_t ms) { return std::clamp<std::int64_t>(ms, 0, last_ms); }

// A score may come as 1.7e+12.
std::optional<std::int64_t> whole_score(std::string_view text) {
  if (const auto number = whole(text)) return within_time(*number);
  double score = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), score);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(score)) return std::nullopt;
  return static_cast<std::int64_t>(std::clamp(score, 0.0, static_cast<double>(last_ms)));
}

std::optional<SettingsSnapshot> read_snapshot(std::span<const Value> items) {
  if (items.size() != 5 || !is_text(items[0]) || items[4].type != Type::integer) return std::nullopt;
  SettingsSnapshot snapshot;
  const auto now = whole(items[0].text);
  if (!now) return std::nullopt;
  snapshot.now_ms = within_time(*now);
  snapshot.left_out = items[4].integer != 0;
  const bool read =
      take_pairs(items[1],
                 [&](std::string_view field, std::string_view text) {
                   snapshot.settings.insert_or_assign(std::string(field), SharedSetting{.text = std::string(text)});
                   return true;
                 }) &&
      take_pairs(items[2],
                 [&](std::string_view field, std::string_view score) {
                   const auto ends = whole_score(score);
                   if (ends) snapshot.settings.try_emplace(std::string(field), SharedSetting{.ends_ms = *ends});
                   return true;  // a score like inf is not ours: it is no entry
                 }) &&
      take_pairs(items[3], [&](std::string_view prefix, std::string_view generation) {
        if (const auto number = whole(generation)) snapshot.generations.emplace_back(prefix, *number);
        return true;
      });
  if (!read) return std::nullopt;
  return snapshot;
}

}  // namespace

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<PollReply> read_poll(const Value& reply) {
  if (reply.type != Type::array || reply.items.size() < 2) return std::nullopt;
  const Value& version = reply.items[0];
  const Value& instances = reply.items[1];
  if (!is_text(version) || instances.type != Type::integer) return std::nullopt;
  PollReply read{.version = version.text, .instances = instances.integer};
  if (reply.items.size() == 2) return read;
  read.changed = read_snapshot(reply.items.subspan(2));
  if (!read.changed) return std::nullopt;
  return read;
}

std::optional<WriteReply> read_write(const Value& reply) {
  if (reply.type != Type::array || reply.items.size() < 3) return std::nullopt;
  const std::span<const Value> items = reply.items;
  if (!is_text(items[0]) || !is_text(items[1])) return std::nullopt;
  WriteReply read{.before = items[0].text, .version = items[1].text, .rest = {}};
  if (items[2].type == Type::integer) {
    read.existed = items[2].integer != 0;
  } else if (is_text(items[2])) {
    read.rest = items[2].text;
  } else {
    return std::nullopt;
  }
  if (items.size() == 3) return read;
  if (items.size() != 5 || !is_text(items[3]) || !is_text(items[4])) return std::nullopt;
  read.rest = items[3].text;
  const auto now = whole(items[4].text);
  if (!now) return std::nullopt;
  read.now_ms = within_time(*now);
  return read;
}

bool is_full(const Value& reply) {
  return reply.type == Type::array && reply.items.size() == 1 && is_text(reply.items[0]) &&
         reply.items[0].text == "full";
}

}  // namespace weir::store::redis
