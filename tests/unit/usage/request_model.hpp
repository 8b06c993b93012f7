// request_model.hpp: what a request body asks for, found in the whole parsed body: simple, and nothing like body.cpp.
#pragma once

#include "usage/request/body.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace weir::usage::model {

using boost::json::value;

inline const value* at(const value& root, std::initializer_list<std::string_view> path) {
  const value* found = &root;
  for (const std::string_view name : path) {
    if (!found->is_object()) return nullptr;
    found = found->as_object().if_contains(name);
    if (found == nullptr) return nullptr;
  }
  return found;
}

// Nothing: no whole number that can be asked for.
inline std::optional<std::uint64_t> whole(const value& number) {
  if (number.is_int64()) return number.as_int64() < 0 ? std::nullopt : std::optional<std::uint64_t>(number.as_int64());
  if (number.is_uint64()) return number.as_uint64();
  if (!number.is_double() || number.as_double() < 0 || std::floor(number.as_double()) != number.as_double())
    return std::nullopt;
  return number.as_double() < 1e18 ? static_cast<std::uint64_t>(number.as_double()) : ~std::uint64_t{0};
}

inline Text characters(std::string_view text) {
  Text count;
  for (const char byte : text) {
    count.ascii += (byte & 0x80) == 0 ? 1 : 0;
    count.wide += (byte & 0xC0) == 0xC0 ? 1 : 0;
  }
  return count;
}

inline bool is_medium(std::string_view text) {
  for (const std::string_view scheme : {"data:", "http:", "https:", "gs:", "s3:", "oss:", "file:"}) {
    if (text.starts_with(scheme)) return true;
  }
  return !text.empty() &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_") ==
             std::string_view::npos;
}

struct Counting {
  Prompt& prompt;
  bool names;
  bool token_ids;
  std::string_view key;  // the last that was seen: elements of a list have that of the list

  void count(const value& of, bool in_list) {
    static const std::set<std::string_view> silent{"role",
                                                   "type",
                                                   "id",
                                                   "call_id",
                                                   "tool_call_id",
                                                   "tool_use_id",
                                                   "toolUseId",
                                                   "media_type",
                                                   "mime_type",
                                                   "mimeType",
                                                   "detail",
                                                   "ttl",
                                                   "signature",
                                                   "status",
                                                   "thoughtSignature",
                                                   "encrypted_content"};
    static const std::set<std::string_view> media{"data",     "bytes",   "url",     "image_url", "images",
                                                  "image",    "audio",   "video",   "file_data", "fileData",
                                                  "file_uri", "fileUri", "file_id", "uri"};
    if (of.is_object()) {
      for (const auto& [name, one] : of.as_object()) {
        key = name;
        // A longer name is told by its beginning.
        if (names) prompt.text += characters(std::string_view(name).substr(0, json::Strict<RequestReader>::max_short));
        count(one, false);
      }
    } else if (of.is_array()) {
      for (const value& one : of.as_array()) count(one, true);
    } else if (of.is_string() && !silent.contains(key)) {
      const std::string_view text = of.as_string();
      if (media.contains(key) && is_medium(text)) {
        ++prompt.media;
      } else {
        prompt.text += characters(text);
      }
    } else if (of.is_number() && in_list && token_ids) {
      ++prompt.tokens;
    }
  }
};

inline Prompt prompt_of(const value& root) {
  static const std::set<std::string_view> prompts{"messages",
                                                  "system",
                                                  "prompt",
                                                  "suffix",
                                                  "input",
                                                  "instructions",
                                                  "contents",
                                                  "systemInstruction",
                                                  "system_instruction",
                                                  "message",
                                                  "preamble",
                                                  "chat_history",
                                                  "documents",
                                                  "inputText",
                                                  "inputs",
                                                  "template",
                                                  "images",
                                                  "query"};
  static const std::set<std::string_view> schemas{"tools",           "functions", "toolConfig",
                                                  "response_format", "format",    "text"};
  Prompt prompt;
  for (const auto& [name, one] : root.as_object()) {
    if (!prompts.contains(name) && !schemas.contains(name)) continue;
    Counting{prompt, schemas.contains(name), name == "prompt" || name == "input", name}.count(one, false);
  }
  return prompt;
}

// Nothing when the body is unclear. Members that stand there twice are not seen: Boost keeps one of them.
inline std::optional<Body> body_of(const value& root) {
  if (!root.is_object()) return std::nullopt;
  Body body;
  const auto typed = [&](std::initializer_list<std::string_view> path, auto fits) {
    const value* found = at(root, path);
    return found == nullptr || found->is_null() || fits(*found);
  };
  const auto text = [](const value& one) { return one.is_string(); };
  const auto flag = [](const value& one) { return one.is_bool(); };
  if (!typed({"model"}, text) || !typed({"stream"}, flag)) return std::nullopt;
  if (const value* model = at(root, {"model"}); model != nullptr && model->is_string())
    body.model = std::string(model->as_string());
  if (body.model.size() > max_name) return std::nullopt;
  if (const value* stream = at(root, {"stream"}); stream != nullptr && stream->is_bool())
    body.stream = stream->as_bool();
  if (const value* wish = at(root, {"stream_options", "include_usage"}); wish != nullptr && wish->is_bool())
    body.include_usage = wish->as_bool();

  const std::initializer_list<std::initializer_list<std::string_view>> maxima{
      {"max_tokens"},
      {"max_completion_tokens"},
      {"max_output_tokens"},
      {"max_tokens_to_sample"},
      {"max_gen_len"},
      {"maxTokens"},
      {"generationConfig", "maxOutputTokens"},
      {"generationConfig", "max_output_tokens"},
      {"generation_config", "maxOutputTokens"},
      {"generation_config", "max_output_tokens"},
      {"inferenceConfig", "maxTokens"},
      {"inferenceConfig", "max_new_tokens"},
      {"textGenerationConfig", "maxTokenCount"},
      {"parameters", "max_tokens"},
      {"parameters", "max_completion_tokens"},
      {"parameters", "max_new_tokens"},
      {"options", "num_predict"}};
  for (const auto& path : maxima) {
    const value* found = at(root, path);
    if (found == nullptr || found->is_null()) continue;
    const bool endless = *path.begin() == "options" && found->is_number() && found->to_number<double>() < 0;
    if (endless) continue;
    if (!whole(*found)) return std::nullopt;
    body.max_output = std::max(body.max_output.value_or(0), *whole(*found));
  }
  const std::initializer_list<std::initializer_list<std::string_view>> answers{{"n"},
                                                                               {"best_of"},
                                                                               {"num_generations"},
                                                                               {"generationConfig", "candidateCount"},
                                                                               {"generationConfig", "candidate_count"},
                                                                               {"generation_config", "candidateCount"},
                                                                               {"generation_config", "candidate_count"},
                                                                               {"parameters", "n"}};
  for (const auto& path : answers) {
    const value* found = at(root, path);
    if (found == nullptr || found->is_null()) continue;
    if (!whole(*found)) return std::nullopt;
    body.answers = std::max(body.answers, *whole(*found));
  }
  if (const value* prompts = at(root, {"prompt"}); prompts != nullptr && prompts->is_array()) {
    const auto several = static_cast<std::uint64_t>(
        std::ranges::count_if(prompts->as_array(), [](const value& one) { return one.is_string() || one.is_array(); }));
    if (several > 1)
      body.answers = body.answers > ~std::uint64_t{0} / several ? ~std::uint64_t{0} : body.answers * several;
  }
  body.prompt = prompt_of(root);
  return body;
}

}  // namespace weir::usage::model
