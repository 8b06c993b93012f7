// usage_chunk_model.hpp: a whole stream without its usage chunks, found by taking the whole text apart.
#pragma once

#include "usage/answer/usage_chunk.hpp"

#include "usage/boost_verdict.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::usage::model {

// Lines with their ends.
inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
    if (size < text.size() && text[size - 1] == '\r' && text[size] == '\n') ++size;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

// Nothing when Boost cannot judge.
inline std::optional<bool> is_usage_chunk(std::string_view data) {
  const Verdict verdict = boost_verdict(data);
  if (verdict.unsure) return std::nullopt;
  if (!verdict.json || !verdict.json->is_object()) return false;
  const auto& chunk = verdict.json->as_object();
  const auto* choices = chunk.if_contains("choices");
  const auto* usage = chunk.if_contains("usage");
  const auto* error = chunk.if_contains("error");
  return choices != nullptr && choices->is_array() && choices->as_array().empty() && usage != nullptr &&
         usage->is_object() && (error == nullptr || error->is_null());
}

// Nothing when Boost cannot judge one of its events.
inline std::optional<std::string> without_usage_chunks(std::string_view stream) {
  std::string out;
  std::string event;  // from its first field
  std::string data;
  bool has_data = false;
  bool unsure = false;
  const auto over = [&](std::string_view last) {
    // Of the empty line's end the first byte counts.
    const bool fits = event.size() + (last.empty() ? 0 : 1) <= UsageChunkRemover::max_event;
    const std::optional<bool> extra = has_data && fits ? is_usage_chunk(data) : false;
    unsure = unsure || !extra;
    if (!extra.value_or(false)) out.append(event).append(last);
    event.clear();
    data.clear();
    has_data = false;
  };
  for (const std::string_view line : lines_of(stream)) {
    const std::string_view text = line.substr(0, line.find_first_of("\r\n"));
    if (text.empty()) {
      over(line);
      continue;
    }
    if (event.empty() && text.starts_with(':')) {
      out += line;
      continue;
    }
    event += line;
    if (!text.starts_with("data:")) continue;
    if (has_data) data += '\n';
    has_data = true;
    data += text.substr(text.starts_with("data: ") ? 6 : 5);
  }
  over({});
  return unsure ? std::nullopt : std::optional(out);
}

}  // namespace weir::usage::model
