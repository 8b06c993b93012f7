#include "event_stream/headers.hpp"

#include <algorithm>
#include <concepts>

#include "event_stream/big_endian.hpp"

namespace weir::event_stream {

namespace {

enum class Type : unsigned char { yes, no, int8, int16, int32, int64, bytes, text, timestamp, uuid };

// Takes bytes off a block; once it asked for more than there is, it stays short.
struct Cursor {
  std::string_view rest;
  bool enough = true;

  std::string_view take(std::size_t size) noexcept {
    if (size > rest.size()) {
      enough = false;
      return {};
    }
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  }

  template <std::integral Number>
  Number number() noexcept {
    const std::string_view bytes = take(sizeof(Number));
    return enough ? big_endian<Number>(bytes) : Number{};
  }
};

std::optional<Value> take_value(Cursor& cursor, Type type) noexcept {
  switch (type) {
    case Type::yes:
      return Value(true);
    case Type::no:
      return Value(false);
    case Type::int8:
      return Value(cursor.number<std::int8_t>());
    case Type::int16:
      return Value(cursor.number<std::int16_t>());
    case Type::int32:
      return Value(cursor.number<std::int32_t>());
    case Type::int64:
      return Value(cursor.number<std::int64_t>());
    case Type::bytes:
      return Value(Bytes{cursor.take(cursor.number<std::uint16_t>())});
    case Type::text:
      return Value(cursor.take(cursor.number<std::uint16_t>()));
    case Type::timestamp:
      return Value(Timestamp{cursor.number<std::int64_t>()});
    case Type::uuid: {
      Uuid uuid{};
      std::ranges::copy(cursor.take(uuid.size()), uuid.begin());
      return Value(uuid);
    }
  }
  return std::nullopt;
}

struct Appended {
  std::string& out;

  void type(Type type) const { out += static_cast<char>(type); }
  void sized(Type kind, std::string_view value) const {
    type(kind);
    append_big_endian(out, static_cast<std::uint16_t>(value.size()));
    out += value;
  }
  template <std::integral Number>
  void number(Type kind, Number value) const {
    type(kind);
    append_big_endian(out, value);
  }

  void operator()(bool value) const { type(value ? Type::yes : Type::no); }
  void operator()(std::int8_t value) const { number(Type::int8, value); }
  void operator()(std::int16_t value) const { number(Type::int16, value); }
  void operator()(std::int32_t value) const { number(Type::int32, value); }
  void operator()(std::int64_t value) const { number(Type::int64, value); }
  void operator()(Bytes value) const { sized(Type::bytes, value.value); }
  void operator()(std::string_view value) const { sized(Type::text, value); }
  void operator()(Timestamp value) const { number(Type::timestamp, value.unix_ms); }
  void operator()(const Uuid& value) const {
    type(Type::uuid);
    out.append(value.begin(), value.end());
  }
};

std::size_t sized_part(const Value& value) noexcept {
  if (const auto* text = std::get_if<std::string_view>(&value)) return text->size();
  if (const auto* bytes = std::get_if<Bytes>(&value)) return bytes->value.size();
  return 0;
}

}  // namespace

std::optional<Header> take_header(std::string_view& block) noexcept {
  Cursor cursor{block};
  const std::string_view name = cursor.take(cursor.number<unsigned char>());
  const auto type = static_cast<Type>(cursor.number<unsigned char>());
  if (!cursor.enough || name.empty()) return std::nullopt;
  const std::optional<Value> value = take_value(cursor, type);
  if (!cursor.enough || !value) return std::nullopt;
  block = cursor.rest;
  return Header{name, *value};
}

bool are_headers(std::string_view block) noexcept {
  while (!block.empty()) {
    if (!take_header(block)) return false;
  }
  return true;
}

std::optional<std::string_view> find_text(std::string_view block, std::string_view name) noexcept {
  while (const std::optional<Header> header = take_header(block)) {
    if (header->name != name) continue;
    const auto* text = std::get_if<std::string_view>(&header->value);
    return text != nullptr ? std::optional(*text) : std::nullopt;
  }
  return std::nullopt;
}

bool append_header(std::string& out, const Header& header) {
  if (header.name.empty() || header.name.size() > 0xFF || sized_part(header.value) > max_value) return false;
  out += static_cast<char>(header.name.size());
  out += header.name;
  std::visit(Appended{out}, header.value);
  return true;
}

}  // namespace weir::event_stream
