// paths.hpp: which values of a JSON document are wanted, as a table that is built at compile time.
//
//     constexpr Path wanted[] = {{"usage.prompt_tokens", 0, Take::number}, {"choices[].delta.content", 1,
//     Take::length}}; constexpr Paths paths(wanted);
//
// The paths become a trie. Its edges lie in one open hash table, so that a key of an object costs one look, whether it
// is wanted or not. An array of documents is read as its documents: "usage.x" is found in [{"usage":{"x":1}}] as well.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string_view>

namespace weir::usage::json {

enum class Take : std::uint8_t {
  number,  // the digits as they stand, or a string in a number's place
  text,    // a short string, escapes resolved
  length,  // a string's characters are counted, however long it is
  kind,    // only what kind of value it is
};

// Keys are joined by dots, `[]` are the elements of an array. `leaf`, from 1 on, is what the value is told by.
struct Path {
  std::string_view path;
  std::uint8_t leaf = 1;
  Take take = Take::number;
};

class Paths {
 public:
  using Node = std::uint8_t;
  static constexpr Node nowhere = 0;
  static constexpr Node document = 1;   // an object at the top
  static constexpr Node documents = 2;  // an array at the top
  static constexpr std::uint8_t no_leaf =
      0;  // all that nobody wants is zeros: GCC 12 loses other defaults of large tables
  static constexpr std::size_t max_key = 32;    // longer keys are never wanted
  static constexpr std::size_t max_depth = 16;  // of a path

  // What a key or an array leads to.
  struct Target {
    Node node = nowhere;
    std::uint8_t leaf = no_leaf;
    Take take = Take::number;
  };

  consteval explicit Paths(std::span<const Path> wanted) {
    elements_[documents].node = document;
    for (const Path& path : wanted) add(path);
  }

  [[nodiscard]] Target member(Node object, std::string_view key) const noexcept {
    if (key.empty() || key.size() > max_key) return {};
    for (std::size_t at = hash(object, key);; at = (at + 1) % slots) {
      const Edge& edge = edges_[at];
      if (edge.from == nowhere) return {};
      if (edge.from == object && edge.key.size() == key.size() && same(edge.key.data(), key.data(), key.size())) {
        return edge.target;
      }
    }
  }
  [[nodiscard]] Target element(Node array) const noexcept { return elements_[array]; }

 private:
  struct Edge {
    std::string_view key;
    Node from = nowhere;
    Target target;
  };
  static constexpr std::size_t max_nodes = 128;
  static constexpr std::size_t slots = 512;  // at most half of them are taken

  static constexpr std::size_t hash(Node object, std::string_view key) noexcept {
    const auto first = static_cast<unsigned char>(key.front());
    const auto last = static_cast<unsigned char>(key.back());
    return (object * 37U + key.size() * 11U + first * 5U + last * 3U) % slots;
  }

  // Keys are short, and a call of memcmp is dear beside them: words that overlap.
  static bool same(const char* one, const char* other, std::size_t size) noexcept {
    if (size > 16) return std::memcmp(one, other, size) == 0;
    if (size >= 8) return same_words<std::uint64_t>(one, other, size);
    if (size >= 4) return same_words<std::uint32_t>(one, other, size);
    return one[0] == other[0] && one[size / 2] == other[size / 2] && one[size - 1] == other[size - 1];
  }
  template <class Word>
  static bool same_words(const char* one, const char* other, std::size_t size) noexcept {
    const auto word = [](const char* at) {
      Word loaded;
      std::memcpy(&loaded, at, sizeof loaded);
      return loaded;
    };
    const std::size_t last = size - sizeof(Word);
    return word(one) == word(other) && word(one + last) == word(other + last);
  }

  constexpr Node new_node() {
    if (nodes_ == max_nodes) throw std::length_error("too many nodes");  // while compiling
    return nodes_++;
  }

  // The edge of that key, made when it is not there.
  constexpr Target& edge_of(Node from, std::string_view key) {
    if (key.empty() || key.size() > max_key) throw std::length_error("no such key");
    std::size_t at = hash(from, key);
    while (edges_[at].from != nowhere && !(edges_[at].from == from && edges_[at].key == key)) at = (at + 1) % slots;
    if (edges_[at].from == nowhere) {
      if (++used_ > slots / 2) throw std::length_error("too many keys");
      edges_[at] = {.key = key, .from = from, .target = {}};
    }
    return edges_[at].target;
  }

  constexpr void add(const Path& path) {
    if (path.leaf == no_leaf) throw std::invalid_argument("no leaf");
    Node node = document;
    std::string_view rest = path.path;
    std::size_t depth = 1;
    while (true) {
      const std::size_t length = std::min(rest.find_first_of(".["), rest.size());
      Target* target = &edge_of(node, rest.substr(0, length));
      rest.remove_prefix(length);
      for (; rest.starts_with("[]"); rest.remove_prefix(2)) {
        if (target->node == nowhere) target->node = new_node();
        target = &elements_[target->node];
        ++depth;
      }
      if (++depth > max_depth) throw std::length_error("too deep");
      if (rest.empty()) {
        target->leaf = path.leaf;
        target->take = path.take;
        return;
      }
      rest.remove_prefix(1);
      if (target->node == nowhere) target->node = new_node();
      node = target->node;
    }
  }

  std::array<Edge, slots> edges_{};
  std::array<Target, max_nodes> elements_{};
  Node nodes_ = documents + 1;
  std::size_t used_ = 0;
};

}  // namespace weir::usage::json
