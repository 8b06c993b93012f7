#include "limiter/address.hpp"

#include <array>
#include <charconv>
#include <cstddef>

namespace weir::limiter {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes a decimal number of at most `digits` digits, without a leading zero, off the front.
std::optional<unsigned> take_decimal(std::string_view& text, std::size_t digits, unsigned largest) {
  std::size_t length = 0;
  unsigned value = 0;
  while (length < text.size() && length < digits && is_digit(text[length])) {
    value = value * 10 + static_cast<unsigned>(text[length++] - '0');
  }
  if (length == 0 || value > largest || (length > 1 && text[0] == '0')) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
  std::uint32_t value = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (text.empty() || text.front() != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    const auto byte = take_decimal(text, 3, 255);
    if (!byte) return std::nullopt;
    value = value << 8 | *byte;
  }
  if (!text.empty()) return std::nullopt;
  return value;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

using Groups = std::array<std::uint16_t, 8>;

// One side of a `::`, or the whole when there is none: groups of 1 to 4 hex digits, the last may be a dotted IPv4.
// Returns how many of the eight groups it filled.
std::optional<std::size_t> parse_groups(std::string_view text, bool ipv4_may_end, Groups& groups) {
  std::size_t count = 0;
  if (text.empty()) return count;
  while (true) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == std::string_view::npos && ipv4_may_end && group.find('.') != std::string_view::npos) {
      const auto ipv4 = parse_ipv4(group);
      if (!ipv4 || count > 6) return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>(*ipv4 >> 16);
      groups[count++] = static_cast<std::uint16_t>(*ipv4 & 0xffff);
      return count;
    }
    if (group.empty() || group.size() > 4 || count == groups.size()) return std::nullopt;
    unsigned value = 0;
    for (const char c : group) {
      const int digit = hex_value(c);
      if (digit < 0) return std::nullopt;
      value = value << 4 | static_cast<unsigned>(digit);
    }
    groups[count++] = static_cast<std::uint16_t>(value);
    if (colon == std::string_view::npos) return count;
    text.remove_prefix(colon + 1);
  }
}

std::uint64_t joined(const Groups& groups, std::size_t first) {
  std::uint64_t value = 0;
  for (std::size_t i = first; i < first + 4; ++i) value = value << 16 | groups[i];
  return value;
}

// As written, before IPv4 in IPv6 becomes IPv4.
std::optional<Address> parse_ipv6(std::string_view text) {
  Groups groups{};
  if (const std::size_t gap = text.find("::"); gap != std::string_view::npos) {
    Groups tail{};
    const auto before = parse_groups(text.substr(0, gap), false, groups);
    const auto after = parse_groups(text.substr(gap + 2), true, tail);
    if (!before || !after || *before + *after > 7) return std::nullopt;  // `::` stands for at least one group
    for (std::size_t i = 0; i < *after; ++i) groups[groups.size() - *after + i] = tail[i];
  } else if (parse_groups(text, true, groups) != groups.size()) {
    return std::nullopt;
  }
  return Address{.high = joined(groups, 0), .low = joined(groups, 4), .ipv4 = false};
}

bool is_ipv4_in_ipv6(const Address& address) {
  return !address.ipv4 && address.high == 0 && address.low >> 32 == 0xffff;
}

std::optional<Address> parse_as_written(std::string_view text) {
  if (text.size() > 45) return std::nullopt;  // the longest: eight groups, the last two as IPv4
  if (text.find(':') != std::string_view::npos) return parse_ipv6(text);
  if (const auto ipv4 = parse_ipv4(text)) return Address{.high = 0, .low = *ipv4, .ipv4 = true};
  return std::nullopt;
}

std::uint64_t leading_ones(int count) {
  if (count <= 0) return 0;
  return count >= 64 ? ~std::uint64_t{0} : ~(~std::uint64_t{0} >> count);
}

void append_number(std::string& out, unsigned value, int base) {
  std::array<char, 16> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value, base);
  out.append(digits.data(), end);
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) noexcept {
  auto address = parse_as_written(text);
  if (address && is_ipv4_in_ipv6(*address)) return Address{.high = 0, .low = address->low & 0xffffffff, .ipv4 = true};
  return address;
}

std::optional<Network> parse_network(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  auto address = parse_as_written(text.substr(0, slash));
  if (!address) return std::nullopt;
  int prefix = address->bits();
  if (slash != std::string_view::npos) {
    std::string_view length = text.substr(slash + 1);
    const auto parsed = take_decimal(length, 3, static_cast<unsigned>(address->bits()));
    if (!parsed || !length.empty()) return std::nullopt;
    prefix = static_cast<int>(*parsed);
  }
  if (is_ipv4_in_ipv6(*address) && prefix >= 96) {
    *address = Address{.high = 0, .low = address->low & 0xffffffff, .ipv4 = true};
    prefix -= 96;
  }
  return network_of(*address, prefix);
}

Network network_of(const Address& address, int prefix) noexcept {
  Network network{.address = address, .prefix = prefix};
  if (address.ipv4) {
    network.address.low &= leading_ones(prefix) >> 32;
  } else {
    network.address.high &= leading_ones(prefix);
    network.address.low &= leading_ones(prefix - 64);
  }
  return network;
}

bool contains(const Network& network, const Address& address) noexcept {
  return network.address.ipv4 == address.ipv4 && network_of(address, network.prefix) == network;
}

void append(std::string& out, const Address& address) {
  if (address.ipv4) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      append_number(out, static_cast<unsigned>(address.low >> shift & 0xff), 10);
      if (shift > 0) out += '.';
    }
    return;
  }
  Groups groups{};
  for (int i = 0; i < 4; ++i) {
    groups[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(address.high >> (48 - 16 * i));
    groups[static_cast<std::size_t>(i) + 4] = static_cast<std::uint16_t>(address.low >> (48 - 16 * i));
  }
  // RFC 5952: `::` replaces the longest run of zeros, the first of equals, never a single one.
  std::size_t gap = groups.size();
  std::size_t gap_length = 1;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t length = 0;
    while (i + length < groups.size() && groups[i + length] == 0) ++length;
    if (length > gap_length) {
      gap = i;
      gap_length = length;
    }
  }
  for (std::size_t i = 0; i < groups.size();) {
    if (i == gap) {
      out += "::";
      i += gap_length;
      continue;
    }
    if (i > 0 && i != gap + gap_length) out += ':';
    append_number(out, groups[i++], 16);
  }
}

void append(std::string& out, const Network& network) {
  append(out, network.address);
  out += '/';
  append_number(out, static_cast<unsigned>(network.prefix), 10);
}

std::string to_string(const Address& address) {
  std::string out;
  append(out, address);
  return out;
}

std::string to_string(const Network& network) {
  std::string out;
  append(out, network);
  return out;
}

}  // namespace weir::limiter
