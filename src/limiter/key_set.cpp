#include "limiter/key_set.hpp"

#include "limiter/glob.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

namespace weir::limiter {
namespace {

enum class Kind { exact, network, glob, regex };

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
  if (pattern.front() == '~') return Parsed{Kind::regex, {}};
  if (const auto network = parse_network(pattern)) return Parsed{Kind::network, *network};
  if (const std::size_t slash = pattern.find('/');
      slash != std::string_view::npos && parse_address(pattern.substr(0, slash))) {
    return wrong("has a wrong prefix length: expected 0 to 32 for IPv4, 0 to 128 for IPv6");
  }
  return Parsed{is_glob(pattern) ? Kind::glob : Kind::exact, {}};
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

// `pattern` starts with the ~.
std::expected<std::shared_ptr<const RE2>, std::string> compile(std::string_view pattern) {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(KeySet::regex_memory);
  options.set_never_capture(true);
  auto regex = std::make_shared<const RE2>(piece(pattern.substr(1)), options);
  if (regex->ok()) return regex;
  const bool too_large = regex->error_code() == RE2::ErrorPatternTooLarge;
  return std::unexpected("pattern '" + std::string(pattern.substr(0, 64)) + "' is no regular expression: " +
                         (too_large ? "it needs more than 1 MiB of memory" : regex->error()));
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
      exact_.insert_or_assign(plain_text(pattern), std::move(entry));
      break;
    case Kind::network:
      of_length(parsed->network, true)->networks.insert_or_assign(parsed->network.address, std::move(entry));
      break;
    case Kind::glob:
    case Kind::regex: {
      const auto same =
          std::ranges::find(searched_, pattern, [](const Searched& one) -> auto& { return one.entry.pattern; });
      if (same != searched_.end()) {
        same->entry = std::move(entry);
        break;
      }
      Searched added{std::move(entry)};
      if (parsed->kind == Kind::regex) {
        if (regexes_ >= max_regexes) return std::unexpected("a set has at most 1000 regular expressions");
        auto regex = compile(pattern);
        if (!regex) return std::unexpected(std::move(regex).error());
        added.regex = *std::move(regex);
        ++regexes_;
      }
      searched_.push_back(std::move(added));
      break;
    }
  }
  return {};
}

bool KeySet::Searched::matches(std::string_view text) const {
  return regex == nullptr ? glob_matches(entry.pattern, text) : RE2::PartialMatch(piece(text), *regex);
}

bool KeySet::contains(std::string_view pattern) const {
  const auto parsed = parse(pattern);
  if (!parsed) return false;
  switch (parsed->kind) {
    case Kind::exact:
      return exact_.contains(plain_text(pattern));
    case Kind::network:
      return std::ranges::any_of(lengths_, [&](const PrefixLength& length) {
        return length.ipv4 == parsed->network.address.ipv4 && length.prefix == parsed->network.prefix &&
               length.networks.contains(parsed->network.address);
      });
    case Kind::glob:
    case Kind::regex:
      return std::ranges::any_of(searched_, [&](const Searched& one) { return one.entry.pattern == pattern; });
  }
  return false;
}

std::expected<void, std::string> KeySet::check(std::string_view pattern, std::size_t most, Instant now) const {
  const auto parsed = parse(pattern);
  if (!parsed) return std::unexpected(parsed.error());
  if (contains(pattern)) return {};
  if (parsed->kind == Kind::regex) {
    if (regexes_ >= max_regexes) return std::unexpected("a set has at most 1000 regular expressions");
    if (auto regex = compile(pattern); !regex) return std::unexpected(std::move(regex).error());
  }
  if (size() < most) return {};
  const auto all = entries();
  if (std::ranges::any_of(all, [now](const Entry& entry) { return entry.ends <= now; })) return {};
  return std::unexpected("the list is full: it holds " + std::to_string(most) + " entries");
}

template <class Condition>
std::size_t KeySet::erase_searched(Condition condition) {
  return std::erase_if(searched_, [&](const Searched& one) {
    const bool gone = condition(one.entry);
    if (gone && one.regex != nullptr) --regexes_;
    return gone;
  });
}

bool KeySet::remove(std::string_view pattern) {
  const auto parsed = parse(pattern);
  if (!parsed) return false;
  switch (parsed->kind) {
    case Kind::exact: {
      const auto found = exact_.find(plain_text(pattern));
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
    case Kind::regex:
      return erase_searched([&](const Entry& entry) { return entry.pattern == pattern; }) != 0;
  }
  return false;
}

std::size_t KeySet::remove_ended(Instant now) {
  const auto ended = [now](const Entry& entry) { return entry.ends <= now; };
  const auto value_ended = [&](const auto& item) { return ended(item.second); };
  std::size_t removed = std::erase_if(exact_, value_ended) + erase_searched(ended);
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
  for (const Searched& one : searched_) {
    if (now < one.entry.ends && one.matches(text)) return one.entry.value;
  }
  return std::nullopt;
}

std::size_t KeySet::size() const {
  std::size_t size = exact_.size() + searched_.size();
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
  for (const Searched& one : searched_) all.push_back(one.entry);
  return all;
}

}  // namespace weir::limiter
