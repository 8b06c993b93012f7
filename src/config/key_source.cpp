#include "config/key_source.hpp"

#include "config/characters.hpp"
#include "config/number.hpp"
#include "config/suggestion.hpp"

#include <algorithm>
#include <array>

namespace weir::config {
namespace {

using Kind = KeySource::Kind;

enum class Argument { none, prefix, token, text };

struct Form {
  std::string_view word;
  Kind kind;
  Argument argument;
  std::string_view shape;
};

constexpr auto forms = std::to_array<Form>({
    {"ip", Kind::ip, Argument::prefix, "ip"},
    {"header", Kind::header, Argument::token, "header:NAME"},
    {"query", Kind::query, Argument::text, "query:NAME"},
    {"cookie", Kind::cookie, Argument::token, "cookie:NAME"},
    {"path", Kind::path, Argument::none, "path"},
    {"method", Kind::method, Argument::none, "method"},
    {"host", Kind::host, Argument::none, "host"},
    {"route", Kind::route, Argument::none, "route"},
    {"model", Kind::model, Argument::none, "model"},
    {"jwt", Kind::jwt, Argument::text, "jwt:CLAIM"},
    {"metadata", Kind::metadata, Argument::text, "metadata:NS.KEY"},
    {"const", Kind::constant, Argument::text, "const:VALUE"},
});

constexpr std::string_view any_form =
    "a key source: ip, ip/N, header:NAME, query:NAME, cookie:NAME, path, method, host, route, model, "
    "jwt:CLAIM, metadata:NS.KEY or const:VALUE";

std::string hint_for(std::string_view word, std::string_view rest) {
  std::array<std::string_view, forms.size()> words{};
  std::ranges::transform(forms, words.begin(), &Form::word);
  const std::string_view meant = nearest(word, words);
  if (meant.empty()) return {};
  return "did you mean " + std::string(meant) + std::string(rest) + "?";
}

Parsed<KeySource> parse_ip(std::string_view rest) {
  KeySource source;
  if (rest.empty()) return source;
  const auto length = parse_number(rest.substr(1));
  if (rest.front() != '/' || !length || *length < 1 || *length > 128) return refuse("ip or ip/N with N from 1 to 128");
  (*length <= 32 ? source.ipv4_prefix : source.ipv6_prefix) = static_cast<int>(*length);
  return source;
}

// What other sections must have for it.
void note_needs(Reading& reading, const KeySource& source, Spot spot) {
  if (source.kind == Kind::jwt) reading.claims_used.push_back(spot);
}

}  // namespace

Parsed<KeySource> parse_key_source(std::string_view text) {
  const std::size_t word_end = std::min(text.find_first_of(":/"), text.size());
  const std::string_view word = text.substr(0, word_end);
  const std::string_view rest = text.substr(word_end);
  const auto* form = std::ranges::find(forms, word, &Form::word);
  if (form == forms.end()) return refuse(std::string(any_form), hint_for(word, rest));
  const std::string shape(form->shape);
  if (form->argument == Argument::prefix) return parse_ip(rest);
  if (form->argument == Argument::none) {
    if (!rest.empty()) return refuse(shape + " alone");
    return KeySource{.kind = form->kind};
  }
  if (!rest.starts_with(':') || rest.size() < 2) return refuse(shape);
  const std::string_view name = rest.substr(1);
  if (form->argument == Argument::token && !is_token(name)) {
    return refuse(shape + ", the name made of letters, digits and -_.!#$%&'*+^`|~");
  }
  KeySource source{.kind = form->kind, .name = form->kind == Kind::header ? lower_case(name) : std::string(name)};
  if (form->kind == Kind::metadata) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == name.size()) return refuse(shape);
    source.name = name.substr(0, dot);
    source.field = name.substr(dot + 1);
  }
  return source;
}

std::optional<KeySource> read_key_source(Reading& reading, const Field& field) {
  auto source = read_parsed(reading, field, "a key source like ip or header:x-user-id", parse_key_source);
  if (source) note_needs(reading, *source, field.spot);
  return source;
}

std::optional<KeySource> read_key_source(Reading& reading, const Entry& entry, std::string_view where) {
  auto source = parse_key_source(entry.key);
  if (!source) {
    std::string message = "expected " + source.error().expected + std::string(where) + ", got " + in_quotes(entry.key);
    if (!source.error().hint.empty()) message += "; " + printable(source.error().hint);
    reading.errors.add(entry.spot, std::move(message));
    return std::nullopt;
  }
  note_needs(reading, *source, entry.spot);
  return *std::move(source);
}

}  // namespace weir::config
