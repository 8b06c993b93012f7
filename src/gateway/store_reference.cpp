#include "gateway/store_reference.hpp"

#include "api/sha256.hpp"
#include "config/environment.hpp"
#include "store/url/store_url.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>

namespace weir::gateway {

namespace {

constexpr std::size_t digits_of_name = 8;

// Where a URL's password is, as it is written; braces of variables are passed over.
struct PasswordPlace {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::optional<PasswordPlace> password_in(std::string_view written) {
  const std::size_t scheme = written.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  const std::size_t authority = scheme + 3;
  std::optional<std::size_t> colon;  // the first one, before the last @
  std::optional<std::size_t> at;
  std::optional<std::size_t> colon_before_at;
  int braces = 0;
  for (std::size_t i = authority; i < written.size(); ++i) {
    const char c = written[i];
    if (written.substr(i).starts_with("${")) ++braces;
    if (c == '}' && braces > 0) --braces;
    if (braces > 0) continue;
    if (c == '/') break;
    if (c == ':' && !colon) colon = i;
    if (c == '@') {
      at = i;
      colon_before_at = colon;
    }
  }
  if (!at || !colon_before_at || *colon_before_at + 1 >= *at) return std::nullopt;
  return PasswordPlace{.begin = *colon_before_at + 1, .end = *at};
}

// The password that is written as such, not as a variable.
std::optional<PasswordPlace> literal_password_in(std::string_view written) {
  const auto place = password_in(written);
  if (!place) return std::nullopt;
  const std::string_view text = written.substr(place->begin, place->end - place->begin);
  const auto expanded = config::expand(text, [](std::string_view) { return std::nullopt; });
  return expanded && expanded->variables.empty() ? place : std::nullopt;
}

std::string literal_text(std::string_view written) {
  const auto expanded = config::expand(written, [](std::string_view) { return std::nullopt; });
  return expanded ? expanded->text : std::string(written);
}

std::string name_of(std::string_view password) {
  return std::string(password_variable) + api::to_hex(api::sha256(password)).substr(0, digits_of_name);
}

// Secrets of the text are not in the error.
void resolve(config::Secret& url, std::string_view what, const config::Environment& environment) {
  const auto expanded = config::expand(url.written, environment);
  if (!expanded) {
    if (expanded.error().contains(password_variable)) {
      throw std::runtime_error(std::string(what) + ": another password takes effect at the next start");
    }
    throw std::runtime_error(std::string(what) + ": " + expanded.error());
  }
  url.value = expanded->text;
  if (url.value == "memory") return;
  if (const auto parsed = store::parse_store_url(url.value); !parsed) {
    throw std::runtime_error(std::string(what) + ": " + parsed.error());
  }
}

}  // namespace

std::string store_reference(const config::Secret& url) {
  const auto place = literal_password_in(url.written);
  if (!place) return url.written;
  const std::string name = name_of(literal_text(url.written.substr(place->begin, place->end - place->begin)));
  return url.written.substr(0, place->begin) + "${" + name + "}" + url.written.substr(place->end);
}

std::vector<std::pair<std::string, std::string>> store_passwords(const config::Store& store) {
  std::vector<std::pair<std::string, std::string>> passwords;
  const auto add = [&](const config::Secret& url) {
    const auto place = literal_password_in(url.written);
    if (!place) return;
    std::string password = literal_text(url.written.substr(place->begin, place->end - place->begin));
    std::string name = name_of(password);
    passwords.emplace_back(std::move(name), std::move(password));
  };
  add(store.url);
  std::ranges::for_each(store.regions, add);
  return passwords;
}

std::vector<std::string> store_urls_written(const config::Store& store) {
  std::vector<std::string> written{store_reference(store.url)};
  for (const config::Secret& region : store.regions) written.push_back(store_reference(region));
  return written;
}

bool same_counters(const config::Store& one, const config::Store& other) {
  return one.layout == other.layout && store_urls_written(one) == store_urls_written(other);
}

void resolve_store(config::Store& store, const config::Environment& environment) {
  resolve(store.url, "store.url", environment);
  for (config::Secret& region : store.regions) resolve(region, "store.regions", environment);
}

}  // namespace weir::gateway
