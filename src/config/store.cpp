// store.cpp: the section `store`.
#include "config/sections.hpp"

#include <array>

namespace weir::config {
namespace {

using std::chrono::milliseconds;

// The scheme of a URL that a later version understands.
bool is_redis(std::string_view url) {
  const std::string_view scheme = url.substr(0, url.find("://"));
  return scheme.size() < url.size() && (scheme.starts_with("redis") || scheme.starts_with("valkey"));
}

void read_url(Reading& reading, const Field& field, Store& store) {
  const std::string* url = read_text(reading, field, "memory");
  if (url == nullptr) return;
  if (*url == "memory") {
    store.url = *url;
  } else if (is_redis(*url)) {  // the URL may hold a password: it is not repeated
    reading.errors.add(field.spot, "a Redis store is not available yet in this version of Weir; use url: memory");
  } else if (url->find_first_of(":@") != std::string::npos) {
    reading.errors.add(field.spot, "expected memory for 'url', got a URL of another kind");
  } else {
    add_refusal(reading, field, {.expected = "memory"});
  }
}

void read_max_keys(Reading& reading, const Field& field, Store& store) {
  if (const auto keys = read_number(reading, field, 1, 10'000'000'000)) store.max_keys = *keys;
}

void read_rejection_cache(Reading& reading, const Field& field, Store& store) {
  if (const auto entries = read_number(reading, field, 0, 1'000'000'000)) store.rejection_cache = *entries;
}

void read_timeout(Reading& reading, const Field& field, Store& store) {
  const auto timeout = read_duration(reading, field, milliseconds(1), std::chrono::minutes(1));
  if (timeout) store.timeout = *timeout;
}

void read_on_error(Reading& reading, const Field& field, Store& store) {
  constexpr auto choices = std::to_array<Choice<Store::OnError>>(
      {{"local", Store::OnError::local}, {"allow", Store::OnError::allow}, {"deny", Store::OnError::deny}});
  if (const auto choice = read_choice<Store::OnError>(reading, field, choices)) store.on_error = *choice;
}

void read_namespace(Reading& reading, const Field& field, Store& store) {
  constexpr std::string_view expected = "a name of 1 to 64 of A-Z a-z 0-9 . _ -";
  const std::string* name = read_text(reading, field, expected);
  if (name == nullptr) return;
  if (!is_name(*name)) return add_refusal(reading, field, {.expected = std::string(expected)});
  store.name_space = *name;
}

constexpr Option<Store> options[] = {
    {"url", read_url},
    {"tls"},
    {"timeout", read_timeout},
    {"on_error", read_on_error},
    {"local_share", nullptr, "auto"},
    {"namespace", read_namespace},
    {"max_keys", read_max_keys},
    {"rejection_cache", read_rejection_cache},
    {"layout", nullptr, "weir"},
    {"regions", nullptr, "[]"},
};

}  // namespace

void read_store(Reading& reading, const Field& field, Store& store) {
  if (!read_mapping(reading, field, "a mapping like { url: memory }")) return;
  read_options(reading, *field.node, " in 'store'", options, store);
}

}  // namespace weir::config
