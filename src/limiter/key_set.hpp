// key_set.hpp: keys picked by patterns: values, addresses and networks, globs, ~regular expressions (RE2, found
// anywhere in the key unless anchored). Each pattern carries a number of the
// caller's (which override, say) and may end by itself.
//
// Who wins: the exact value, then the longest network, then the first glob or regular expression. A look-up costs one
// hash of the text, one for each prefix length in use when the text is an address, and a pass over the globs and
// regular expressions, each linear in the text. Not synchronised.
#pragma once

#include "limiter/address.hpp"

#include <weir/decision.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace re2 {
class RE2;
}

namespace weir::limiter {

class KeySet {
 public:
  static constexpr Instant forever = Instant::max();
  static constexpr std::size_t max_pattern = 8192;  // bytes
  static constexpr std::size_t max_regexes = 1000;  // in one set: each may take up to regex_memory
  static constexpr std::int64_t regex_memory = std::int64_t{1} << 20U;

  struct Entry {
    std::string pattern;  // as it was given
    std::uint32_t value = 0;
    Instant ends = forever;
  };

  // The same pattern again replaces its entry; a new glob or regular expression goes after the others. The error says
  // what is wrong.
  std::expected<void, std::string> add(std::string_view pattern, std::uint32_t value = 0, Instant ends = forever);
  bool remove(std::string_view pattern);
  // What `add` would say of it, in a set of at most so many entries.
  [[nodiscard]] std::expected<void, std::string> check(std::string_view pattern, std::size_t most, Instant now) const;
  [[nodiscard]] bool contains(std::string_view pattern) const;  // that very pattern
  // Forgets what has ended. Returns how many there were. O(entries).
  std::size_t remove_ended(Instant now);

  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text, Instant now) const;

  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::vector<Entry> entries() const;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct AddressHash {
    std::size_t operator()(const Address& address) const;
  };
  struct PrefixLength {
    bool ipv4;
    int prefix;
    std::unordered_map<Address, Entry, AddressHash> networks;
  };

  // A glob, or a regular expression when there is one.
  struct Searched {
    Entry entry;
    std::shared_ptr<const re2::RE2> regex{};
    [[nodiscard]] bool matches(std::string_view text) const;
  };

  [[nodiscard]] PrefixLength* of_length(const Network& network, bool create);
  template <class Condition>
  std::size_t erase_searched(Condition condition);
  [[nodiscard]] std::optional<std::uint32_t> find_network(const Address& address, Instant now) const;

  std::unordered_map<std::string, Entry, TextHash, std::equal_to<>> exact_;
  std::vector<PrefixLength> lengths_;  // the longest first
  std::vector<Searched> searched_;     // in the order they were given
  std::size_t regexes_ = 0;            // of them
};

}  // namespace weir::limiter
