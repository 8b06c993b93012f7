// oracle.hpp: what a whole body says, found the plain way: cut into events with strings and vectors, each event parsed
// whole by Boost.JSON and walked with paths as text. It shares the providers' tables with the reader, and nothing else.
#pragma once

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "usage/events.hpp"
#include "usage/protocol.hpp"
#include "usage/providers/anthropic.hpp"
#include "usage/providers/bedrock.hpp"
#include "usage/providers/cohere.hpp"
#include "usage/providers/dashscope.hpp"
#include "usage/providers/gemini.hpp"
#include "usage/providers/ollama.hpp"
#include "usage/providers/openai.hpp"
#include "usage/reading.hpp"

namespace weir::usage::oracle {

struct Found {
  Reading reading;
  std::uint64_t characters = 0;
  bool finished = false;
  bool last = false;
  bool error = false;
  bool odd = false;
  std::string model;
};

inline std::vector<providers::Wanted> rows_of(Protocol protocol) {
  std::vector<providers::Wanted> rows;
  const auto add = [&](const auto& part, Protocol its) {
    if (protocol == its || protocol == Protocol::automatic) rows.insert(rows.end(), part.begin(), part.end());
  };
  add(providers::openai_chat, Protocol::openai);
  add(providers::openai_responses, Protocol::openai);
  add(providers::dify, Protocol::openai);
  add(providers::anthropic, Protocol::anthropic);
  add(providers::gemini, Protocol::gemini);
  add(providers::bedrock, Protocol::bedrock);
  add(providers::bedrock_invoke, Protocol::bedrock);
  if (protocol == Protocol::bedrock) {  // families that InvokeModel leads to
    add(providers::anthropic, Protocol::bedrock);
    add(providers::openai_chat, Protocol::bedrock);
  }
  add(providers::dashscope, Protocol::dashscope);
  add(providers::ollama, Protocol::ollama);
  add(providers::cohere, Protocol::cohere);
  return rows;
}

// What Boost's parser would hide: an object that has a key twice.
class Keys {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  bool on_document_begin(boost::json::error_code&) { return true; }
  bool on_document_end(boost::json::error_code&) { return true; }
  bool on_object_begin(boost::json::error_code&) { return true; }
  bool on_object_end(std::size_t, boost::json::error_code&) { return true; }
  bool on_array_begin(boost::json::error_code&) { return true; }
  bool on_array_end(std::size_t, boost::json::error_code&) { return true; }
  bool on_key_part(std::string_view, std::size_t, boost::json::error_code&) { return true; }
  bool on_key(std::string_view, std::size_t, boost::json::error_code&) { return ++count > 0; }
  bool on_string_part(std::string_view, std::size_t, boost::json::error_code&) { return true; }
  bool on_string(std::string_view, std::size_t, boost::json::error_code&) { return true; }
  bool on_number_part(std::string_view, boost::json::error_code&) { return true; }
  bool on_int64(std::int64_t, std::string_view, boost::json::error_code&) { return true; }
  bool on_uint64(std::uint64_t, std::string_view, boost::json::error_code&) { return true; }
  bool on_double(double, std::string_view, boost::json::error_code&) { return true; }
  bool on_bool(bool, boost::json::error_code&) { return true; }
  bool on_null(boost::json::error_code&) { return true; }
  bool on_comment_part(std::string_view, boost::json::error_code&) { return true; }
  bool on_comment(std::string_view, boost::json::error_code&) { return true; }

  std::size_t count = 0;
};

inline std::size_t keys_of(const boost::json::value& value) {
  std::size_t count = 0;
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) count += 1 + keys_of(member.value());
  }
  if (const auto* array = value.if_array()) {
    for (const auto& element : *array) count += keys_of(element);
  }
  return count;
}

class Oracle {
 public:
  explicit Oracle(Protocol protocol) : rows_(rows_of(protocol)) {}

  // False when the text is nothing that the oracle understands: no JSON, a key twice, numbers of more than 60
  // characters.
  bool event(std::string_view text) {
    std::size_t digits = 0;
    for (const char byte : text) {
      digits = std::string_view("0123456789.eE+-").find(byte) != std::string_view::npos ? digits + 1 : 0;
      if (digits > 60) return false;
    }
    boost::system::error_code wrong;
    boost::json::parse_options options;
    options.max_depth = 500;
    const boost::json::value value = boost::json::parse(text, wrong, {}, options);
    if (wrong) return false;
    boost::json::basic_parser<Keys> keys(options);
    keys.write_some(false, text.data(), text.size(), wrong);
    if (keys.handler().count != keys_of(value)) return false;
    if (const auto* documents = value.if_array()) {
      for (const auto& document : *documents) {
        if (document.is_object()) walk(document, "");
        end_event();
      }
    } else if (value.is_object()) {
      walk(value, "");
    }
    end_event();
    return true;
  }
  void done() { found_.last = true; }
  void error() { found_.error = true; }
  [[nodiscard]] const Found& found() const { return found_; }

 private:
  void walk(const boost::json::value& value, const std::string& path) {
    if (!path.empty()) leaf(value, path);
    if (const auto* object = value.if_object()) {
      for (const auto& member : *object) {
        const std::string_view key = member.key();
        if (key.empty() || key.find_first_of(".[") != std::string_view::npos) continue;  // in no path
        walk(member.value(), path.empty() ? std::string(key) : path + "." + std::string(key));
      }
    }
    if (const auto* array = value.if_array()) {
      for (const auto& element : *array) walk(element, path + "[]");
    }
  }

  void leaf(const boost::json::value& value, const std::string& path) {
    const auto row = std::ranges::find(rows_, path, &providers::Wanted::path);
    if (row == rows_.end()) return;
    const auto* text = value.if_string();
    switch (row->field) {
      case Field::content:
        if (text != nullptr && !text->empty()) {
          tell(path);
          event_ += static_cast<std::uint64_t>(std::ranges::count_if(
              *text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80; }));
        }
        return;
      case Field::model:
        if (text != nullptr && !text->empty() && found_.model.empty())
          found_.model = std::string_view(*text).substr(0, 64);
        [[fallthrough]];
      case Field::id:
        if (text != nullptr && !text->empty()) tell(path);
        return;
      case Field::finish_reason:
        if (text != nullptr && !text->empty()) {
          tell(path);
          found_.finished = found_.finished || *text != "null";
        }
        return;
      case Field::event:
        if (text != nullptr && !text->empty()) {
          tell(path);
          const Event event = event_of(std::string_view(*text).substr(0, 64));
          if (dialect_ == Dialect::unknown) dialect_ = event.tells;
          found_.last = found_.last || event.last;
          found_.error = found_.error || event.error;
        }
        return;
      case Field::is_done:
        if (!value.is_null()) tell(path);
        found_.last = found_.last || (value.is_bool() && value.as_bool()) || value.is_object();
        return;
      case Field::error:
        found_.error = found_.error || !(value.is_null() || (value.is_bool() && !value.as_bool()));
        return;
      default:
        count(value, path, row->field);
    }
  }

  void count(const boost::json::value& value, const std::string& path, Field field) {
    if (value.is_null()) return;
    std::optional<double> number;
    if (value.is_int64()) number = static_cast<double>(value.as_int64());
    if (value.is_uint64()) number = static_cast<double>(value.as_uint64());
    if (value.is_double()) number = value.as_double();
    if (const auto* text = value.if_string()) {
      boost::system::error_code wrong;
      const boost::json::value inside = boost::json::parse(std::string_view(*text), wrong);
      const bool digits =
          !text->empty() && std::ranges::all_of(*text, [](char byte) { return byte >= '0' && byte <= '9'; });
      if (digits && text->size() <= 64) number = std::strtod(text->c_str(), nullptr);
      strange_ = strange_ || (!digits && !wrong && inside.is_number());
    }
    if (value.is_number() || value.is_string()) tell(path);
    if (!number || *number < 0 || *number > 1e9 || std::floor(*number) != *number) {
      found_.odd = true;
      return;
    }
    found_.reading.set(field, static_cast<std::uint64_t>(*number));
  }

  void tell(const std::string& path) {
    if (dialect_ != Dialect::unknown) return;
    std::optional<Dialect> all;
    for (const auto& row : rows_) {
      if (row.path != path) continue;
      all = all && *all != row.tells ? Dialect::unknown : row.tells;
      if (*all == Dialect::unknown) return;
    }
    if (all) dialect_ = *all;
  }

  void end_event() {
    if (dialect_ == Dialect::dashscope && event_ >= found_.characters) {
      found_.characters = event_;
    } else {
      found_.characters += event_;
    }
    event_ = 0;
  }

 public:
  // A string in a number's place that is a number, but no plain count: read by the reader, left alone by the oracle.
  [[nodiscard]] bool strange() const { return strange_; }

 private:
  std::vector<providers::Wanted> rows_;
  Found found_;
  Dialect dialect_ = Dialect::unknown;
  std::uint64_t event_ = 0;
  bool strange_ = false;
};

// Of server-sent events; nothing when one of them is not understood.
inline std::optional<Found> of_events(Protocol protocol, std::string_view body) {
  std::string text;
  for (std::size_t at = 0; at < body.size(); ++at) {
    if (body[at] == '\n' && at > 0 && body[at - 1] == '\r') continue;
    text += body[at] == '\r' ? '\n' : body[at];
  }
  Oracle oracle(protocol);
  std::optional<std::string> data;
  std::string name;
  const auto end = [&] {
    if (!data) return true;
    const bool is_blank = data->find_first_not_of(" \t\n") == std::string::npos;
    if (name == "error") oracle.error();
    name.clear();
    const std::size_t first = data->find_first_not_of(' ');
    if (first != std::string::npos && data->substr(first).starts_with("[DONE]")) {
      oracle.done();
    } else if (!is_blank && !oracle.event(*data)) {
      return false;
    }
    data.reset();
    return true;
  };
  while (!text.empty()) {
    const std::size_t stop = std::min(text.find('\n'), text.size());
    std::string line = text.substr(0, stop);
    text.erase(0, stop + 1);
    if (line.empty()) {
      if (!end()) return std::nullopt;
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.erase(0, 1);
    if (line.substr(0, colon) == "data") data = data ? *data + "\n" + value : value;
    if (line.substr(0, colon) == "event") name = value;
  }
  if (!end() || oracle.strange()) return std::nullopt;
  return oracle.found();
}

// Of one document.
inline std::optional<Found> of_document(Protocol protocol, std::string_view body) {
  Oracle oracle(protocol);
  if (!oracle.event(body) || oracle.strange()) return std::nullopt;
  return oracle.found();
}

}  // namespace weir::usage::oracle
