#include "limiter/key_set.hpp"

#include "limiter/glob.hpp"

#include <algorithm>
#include <utility>

namespace weir::limiter {
namespace {

enum class Kind { exact, network, glob };

struct Parsed {
  Kind kind;
  Network network;
};

std::expected<Parsed, std::string> parse(std::string_view pattern) {
  const auto wrong = [&](std::string_view why) {
    return std::unexpected("pattern '" + std::string(pattern.substr(0, 64)) + "' " + std::string(why));
  };
  if (pattern.empty()) return wrong("is empty");
  if (pattern.size() > KeySet::max_pattern) return wrong("is longer than 8192 bytes");
  if (pattern.front() == '~') return wrong("is a regular expression: not available yet");
  if (const auto network = parse_network(pattern)) return Parsed{Kind::network, *network};
  if (const std::size_t slash = pattern.find('/');
      slash != std::string_view::npos && parse_address(pattern.substr(0, slash))) {
    return wrong("has a wrong prefix length: expected 0 to 32 for IPv4, 0 to 128 for IPv6");
  }
  const bool glob = pattern.find_first_of("*?") != std::string_view::npos;
  return Parsed{glob ? Kind::glob : Kind::exact, {}};
}

}  // namespace

std::size_t KeySet::AddressHash::operator()(const Address& address) const {
  // splitmix64's finaliser over both halves; the tables are filled by the operator, not by callers.
  std::uint64_t hash = address.high * 0x9e3779b97f4a7c15 ^ address.low;
  hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
  hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
  return hash ^ hash >> 31;
}

KeySet::PrefixLength* KeySet::of_length(const Network& network, bool create) {
  const auto longer = [](const PrefixLength& a, const PrefixLength& b) {
    return a.ipv4 != b.ipv4 ? a.ipv4 : a.prefix > b.prefix;
  };
  PrefixLength wanted{network.address.ipv4, network.prefix, {}};
  auto place = std::lower_bound(lengths_.begin(), lengths_.end(), wanted, longer);
  if (place != lengths_.end() && place->ipv4 == wanted.ipv4 && place->prefix == wanted.prefix) return &*place;
  return create ? &*lengths_.insert(place, std::move(wanted)) : nullptr;
}

std::expected<void, std::string> KeySet::add(std::string_view pattern, std::uint32_t value, Instant ends) {
  const auto parsed = parse(pattern);
  if (!parsed) return std::unexpected(parsed.error());
  Entry entry{std::string(pattern), value, ends};
  switch (parsed->kind) {
    case Kind::exact:
      exact_.insert_or_assign(std::string(pattern), std::move(entry));
      break;
    case Kind::network:
      of_length(parsed->network, true)->networks.insert_or_assign(parsed->network.address, std::move(entry));
      break;
    case Kind::glob: {
      const auto same = std::ranges::find(globs_, pattern, &Entry::pattern);
      if (same != globs_.end()) {
        *same = std::move(entry);
      } else {
        globs_.push_back(std::move(entry));
      }
      break;
    }
  }
  return {};
}

bool KeySet::remove(std::string_view pattern) {
  const auto parsed = parse(pattern);
  if (!parsed) return false;
  switch (parsed->kind) {
    case Kind::exact: {
      const auto found = exact_.find(pattern);
      if (found == exact_.end()) return false;
      exact_.erase(found);
      return true;
    }
    case Kind::network: {
      PrefixLength* length = of_length(parsed->network, false);
      if (length == nullptr || length->networks.erase(parsed->network.address) == 0) return false;
      if (length->networks.empty()) lengths_.erase(lengths_.begin() + (length - lengths_.data()));
      return true;
    }
    case Kind::glob:
      return std::erase_if(globs_, [&](const Entry& entry) { return entry.pattern == pattern; }) != 0;
  }
  return false;
}

std::size_t KeySet::remove_ended(Instant now) {
  const auto ended = [now](const Entry& entry) { return entry.ends <= now; };
  const auto value_ended = [&](const auto& item) { return ended(item.second); };
  std::size_t removed = std::erase_if(exact_, value_ended) + std::erase_if(globs_, ended);
  for (PrefixLength& length : lengths_) removed += std::erase_if(length.networks, value_ended);
  std::erase_if(lengths_, [](const PrefixLength& length) { return length.networks.empty(); });
  return removed;
}

std::optional<std::uint32_t> KeySet::find_network(const Address& address, Instant now) const {
  for (const PrefixLength& length : lengths_) {
    if (length.ipv4 != address.ipv4) continue;
    const auto found = length.networks.find(network_of(address, length.prefix).address);
    if (found != length.networks.end() && now < found->second.ends) return found->second.value;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> KeySet::find(std::string_view text, Instant now) const {
  if (!exact_.empty()) {
    const auto found = exact_.find(text);
    if (found != exact_.end() && now < found->second.ends) return found->second.value;
  }
  if (!lengths_.empty()) {
    if (const auto address = parse_address(text)) {
      if (const auto value = find_network(*address, now)) return value;
    }
  }
  for (const Entry& entry : globs_) {
    if (now < entry.ends && glob_matches(entry.pattern, text)) return entry.value;
  }
  return std::nullopt;
}

std::size_t KeySet::size() const {
  std::size_t size = exact_.size() + globs_.size();
  for (const PrefixLength& length : lengths_) size += length.networks.size();
  return size;
}

std::vector<KeySet::Entry> KeySet::entries() const {
  std::vector<Entry> all;
  all.reserve(size());
  for (const auto& [text, entry] : exact_) all.push_back(entry);
  for (const PrefixLength& length : lengths_) {
    for (const auto& [address, entry] : length.networks) all.push_back(entry);
  }
  all.insert(all.end(), globs_.begin(), globs_.end());
  return all;
}

}  // namespace weir::limiter
