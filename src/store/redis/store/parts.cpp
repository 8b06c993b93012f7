#include "store/redis/store/parts.hpp"

#include "store/redis/layout/script_text.hpp"
#include "store/redis/native/key_name.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace weir::store::redis {
namespace {

std::string name_of(std::string_view name_space, std::string_view id) {
  return std::string(name_space) + ":parts:{" + native::key_text(id) + "}";
}

std::string milliseconds(Nanos span) {
  constexpr std::chrono::seconds margin{2};  // the note outlives what it speaks of
  return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(span + margin).count());
}

// Takes a number from the front of the text.
std::optional<std::int64_t> number(std::string_view& text) {
  std::int64_t found = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), found);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return found;
}

bool take(std::string_view& text, char one) {
  if (!text.starts_with(one)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Part> part_of(std::string_view& text) {
  Part part;
  while (!text.starts_with(' ')) {
    const bool by_caller = text.starts_with('h');
    if (!take(text, by_caller ? 'h' : 'k')) return std::nullopt;
    const auto found = number(text);
    if (!found) return std::nullopt;
    part.held.push_back({by_caller, *found});
  }
  text.remove_prefix(1);
  const auto size = number(text);
  if (!size || !take(text, ':') || *size < 0 || static_cast<std::uint64_t>(*size) > text.size()) return std::nullopt;
  part.tag = text.substr(0, static_cast<std::size_t>(*size));
  text.remove_prefix(part.tag.size());
  if (!take(text, ';')) return std::nullopt;
  return part;
}

}  // namespace

std::string parts_text(std::span<const Part> parts) {
  std::string text;
  for (const Part& part : parts) {
    for (const HeldCheck& held : part.held) text += (held.settled_by_caller ? "h" : "k") + std::to_string(held.number);
    text += " " + std::to_string(part.tag.size()) + ":" + part.tag + ";";
  }
  return text;
}

std::optional<std::vector<Part>> parts_of(std::string_view text) {
  std::vector<Part> parts;
  while (!text.empty()) {
    auto part = part_of(text);
    if (!part) return std::nullopt;
    parts.push_back(*std::move(part));
  }
  return parts;
}

std::optional<std::vector<std::int64_t>> amounts_of(const Part& part, std::span<const std::int64_t> amounts) {
  std::vector<std::int64_t> own;
  for (const HeldCheck& held : part.held) {
    if (!held.settled_by_caller) {
      own.push_back(held.number);
    } else if (amounts.size() == 1) {
      own.push_back(amounts.front());
    } else if (held.number >= 0 && static_cast<std::uint64_t>(held.number) < amounts.size()) {
      own.push_back(amounts[static_cast<std::size_t>(held.number)]);
    } else {
      return std::nullopt;
    }
  }
  return own;
}

bool is_settled_by_caller(std::span<const Part> parts) {
  return std::ranges::any_of(
      parts, [](const Part& part) { return std::ranges::any_of(part.held, &HeldCheck::settled_by_caller); });
}

Nanos memory_of(Nanos lease) { return std::max<Nanos>(lease, std::chrono::minutes(10)); }

ScriptCall write_parts(std::string_view name_space, std::string_view id, std::string_view text, Nanos lease) {
  static const Script script = Script::of("parts_write", std::string(script_text("parts_write")));
  return {.script = &script,
          .keys = {name_of(name_space, id)},
          .arguments = {std::string(text), milliseconds(memory_of(lease))}};
}

ScriptCall read_parts(std::string_view name_space, std::string_view id, std::optional<Nanos> lease) {
  static const Script script = Script::of("parts_read", std::string(script_text("parts_read")));
  return {
      .script = &script,
      .keys = {name_of(name_space, id)},
      .arguments = {lease ? milliseconds(memory_of(*lease)) : "0", milliseconds(memory_of(lease.value_or(Nanos(0))))}};
}

}  // namespace weir::store::redis
