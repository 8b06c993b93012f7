// document.hpp: a YAML text as a tree whose nodes know their place. Variables of the environment are put in here, after
// YAML has been parsed, so that no character of theirs can change the file's structure.
//
// Bounds: 8 MiB of text, 64 levels, and what aliases and variables add is at most as much again; so nothing that walks
// the tree needs a bound of its own.
#pragma once

#include "config/errors.hpp"
#include "config/parse.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

inline constexpr std::size_t max_text_size = std::size_t{8} << 20U;
inline constexpr std::size_t max_depth = 64;

struct YamlNode;

struct Entry {
  std::string key;
  Spot spot;
  const YamlNode* value = nullptr;
};

struct YamlNode {
  enum class Kind { null, scalar, sequence, mapping };
  Kind kind = Kind::null;
  Spot spot;
  std::string text;       // scalar: after the environment was put in
  std::string written;    // scalar: as the file has it, when that is not `text`
  std::string variables;  // scalar: `${A}` when part of it came from the environment; such text is never shown
  bool broken = false;    // scalar: an error has been said already
  std::vector<const YamlNode*> items;  // sequence
  std::vector<Entry> entries;          // mapping: in the text's order, each key once
  std::size_t weight = 1;              // bytes and nodes below and including this
};

struct Document {
  std::deque<YamlNode> nodes;
  const YamlNode* root = nullptr;  // null: an empty text, or one that is no YAML (errors says so)
};

// Never throws for what is in the text; `errors` gets what is wrong with it.
[[nodiscard]] Document load_document(std::string_view text, const Environment& environment, Errors& errors);

}  // namespace weir::config
