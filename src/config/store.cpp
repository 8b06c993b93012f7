// store.cpp: the section `store`. Each option is read by itself; those that make no sense with the chosen store are
// then said.
#include "config/number.hpp"
#include "config/readable_file.hpp"
#include "config/sections.hpp"
#include "store/url/source_url.hpp"
#include "store/url/store_url.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace weir::config {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view url_shape = "memory, or a Redis URL like redis://localhost:6379";
constexpr std::size_t most_regions = 16;

struct StoreDraft {
  Store store;
  bool any_tls = false;                   // one of the URLs is for TLS
  bool is_cluster = false;                // one of them is a Cluster's
  std::optional<Field> tls, local_share;  // where they are given, and not as their default
  std::optional<Field> layout, regions, ip_deny_list;
};

// Of what may hold a password, an error says no more than what is wrong with it.
void refuse_url(Reading& reading, const Field& field, const std::string& expected) {
  const std::string& text = field.node->text;
  if (text.find_first_of(":@/") == std::string::npos) return add_refusal(reading, field, {.expected = expected});
  reading.errors.add(field.spot,
                     "expected " + expected + " for " + in_quotes(field.name) + ", got another kind of URL");
}

std::optional<Secret> read_redis_url(Reading& reading, const Field& field, const std::string& expected,
                                     StoreDraft& draft) {
  const std::string* text = read_text(reading, field, expected);
  if (text == nullptr) return std::nullopt;
  if (!store::is_redis_url(*text)) {
    refuse_url(reading, field, expected);
    return std::nullopt;
  }
  const auto url = store::parse_store_url(*text);
  if (!url) {
    reading.errors.add(field.spot, url.error());
    return std::nullopt;
  }
  draft.any_tls = draft.any_tls || url->tls;
  draft.is_cluster = draft.is_cluster || url->kind == store::StoreUrl::Kind::cluster;
  const std::string& written = field.node->written;
  return Secret{.value = *text, .written = written.empty() ? *text : written};
}

void read_url(Reading& reading, const Field& field, StoreDraft& draft) {
  if (field.node->kind == YamlNode::Kind::scalar && field.node->text == "memory") {
    draft.store.url = Secret{.value = "memory", .written = "memory"};
    return;
  }
  if (auto url = read_redis_url(reading, field, std::string(url_shape), draft)) draft.store.url = *std::move(url);
}

void read_regions(Reading& reading, const Field& field, StoreDraft& draft) {
  const std::string expected = "a list of Redis URLs like [redis://eu:6379, redis://us:6379]";
  if (!read_list(reading, field, expected)) return;
  const auto items = one_or_list(field);
  if (items.empty()) return;
  draft.regions = field;
  if (items.size() > most_regions) {
    return reading.errors.add(field.spot, "'regions' holds " + shown(static_cast<std::int64_t>(items.size())) +
                                              " URLs; at most 16 are possible");
  }
  for (const Field& item : items) {
    auto url = read_redis_url(reading, item, "a Redis URL like redis://localhost:6379", draft);
    if (!url) continue;
    const bool known = std::ranges::find(draft.store.regions, url->value, &Secret::value) != draft.store.regions.end();
    if (known) reading.errors.add(item.spot, "this URL is given twice; each region is a Redis of its own");
    draft.store.regions.push_back(*std::move(url));
  }
}

void read_pem(Reading& reading, const Field& field, std::string& path) {
  const auto file = read_file(reading, field);
  if (!file) return;
  path = file->path.string();
  if (file->bytes.find("-----BEGIN ") != std::string::npos) return;
  reading.errors.add(field.spot, "the file " + shown_path(field, file->path) +
                                     " holds no PEM: it has no line that "
                                     "begins with -----BEGIN");
}

void read_server_name(Reading& reading, const Field& field, StoreTls& tls) {
  const std::string expected = "a host name like redis.example.com";
  const std::string* name = read_text(reading, field, expected);
  if (name == nullptr) return;
  const bool plain = name->size() <= 253 && std::ranges::all_of(*name, [](char c) { return c > ' ' && c < 0x7F; });
  if (!plain) return add_refusal(reading, field, {.expected = expected});
  tls.server_name = *name;
}

constexpr Option<StoreTls> tls_options[] = {
    {"ca", [](Reading& reading, const Field& field, StoreTls& tls) { read_pem(reading, field, tls.ca); }},
    {"cert", [](Reading& reading, const Field& field, StoreTls& tls) { read_pem(reading, field, tls.certificate); }},
    {"key", [](Reading& reading, const Field& field, StoreTls& tls) { read_pem(reading, field, tls.key); }},
    {"server_name", read_server_name},
};

bool names(const YamlNode& mapping, std::string_view option) {
  return std::ranges::find(mapping.entries, option, &Entry::key) != mapping.entries.end();
}

void read_tls(Reading& reading, const Field& field, StoreDraft& draft) {
  if (!read_mapping(reading, field, "a mapping like { ca: ca.pem }")) return;
  draft.tls = field;
  read_options(reading, *field.node, " in 'tls'", tls_options, draft.store.tls);
  const bool has_certificate = names(*field.node, "cert");
  if (has_certificate == names(*field.node, "key")) return;
  reading.errors.add(field.key_spot, has_certificate ? "'key' is missing in 'tls'; it is the private key of 'cert'"
                                                     : "'cert' is missing in 'tls'; it is the certificate of 'key'");
}

void read_max_keys(Reading& reading, const Field& field, StoreDraft& draft) {
  if (const auto keys = read_number(reading, field, 1, 10'000'000'000)) draft.store.max_keys = *keys;
}

void read_rejection_cache(Reading& reading, const Field& field, StoreDraft& draft) {
  if (const auto entries = read_number(reading, field, 0, 1'000'000'000)) draft.store.rejection_cache = *entries;
}

void read_timeout(Reading& reading, const Field& field, StoreDraft& draft) {
  const auto timeout = read_duration(reading, field, milliseconds(1), std::chrono::minutes(1));
  if (timeout) draft.store.timeout = *timeout;
}

void read_on_error(Reading& reading, const Field& field, StoreDraft& draft) {
  constexpr auto choices = std::to_array<Choice<Store::OnError>>(
      {{"local", Store::OnError::local}, {"allow", Store::OnError::allow}, {"deny", Store::OnError::deny}});
  const auto choice = read_choice<Store::OnError>(reading, field, choices);
  if (choice) draft.store.on_error = *choice;
}

// 0.25 or 25%.
std::optional<double> share_of(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double share = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), share, std::chars_format::fixed);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  if (percent) share /= 100;
  return share > 0 && share <= 1 ? std::optional(share) : std::nullopt;
}

void read_local_share(Reading& reading, const Field& field, StoreDraft& draft) {
  const std::string expected = "auto, or a share above 0 and up to 1 like 0.25 or 25%";
  const std::string* text = read_text(reading, field, expected);
  if (text == nullptr || *text == "auto") return;
  draft.local_share = field;
  draft.store.local_share = share_of(*text);
  if (!draft.store.local_share) add_refusal(reading, field, {.expected = expected});
}

void read_namespace(Reading& reading, const Field& field, StoreDraft& draft) {
  constexpr std::string_view expected = "a name of 1 to 64 of A-Z a-z 0-9 . _ -";
  const std::string* name = read_text(reading, field, expected);
  if (name == nullptr) return;
  if (!is_name(*name)) return add_refusal(reading, field, {.expected = std::string(expected)});
  draft.store.name_space = *name;
}

void read_layout(Reading& reading, const Field& field, StoreDraft& draft) {
  constexpr auto choices =
      std::to_array<Choice<Store::Layout>>({{"weir", Store::Layout::weir}, {"upstash", Store::Layout::upstash}});
  const auto choice = read_choice<Store::Layout>(reading, field, choices);
  if (!choice) return;
  draft.store.layout = *choice;
  if (*choice != Store::Layout::weir) draft.layout = field;
}

void read_threshold(Reading& reading, const Field& field, IpDenyList& list) {
  if (const auto threshold = read_number(reading, field, 1, 8)) list.threshold = static_cast<int>(*threshold);
}

void read_source(Reading& reading, const Field& field, IpDenyList& list) {
  const std::string* text = read_text(reading, field, "a URL like https://example.com/addresses.txt");
  if (text == nullptr) return;
  if (const auto url = store::parse_source_url(*text); !url) {
    return reading.errors.add(field.spot, "the URL of 'source' " + url.error());
  }
  list.source = *text;
}

constexpr Option<IpDenyList> ip_deny_list_options[] = {{"threshold", read_threshold}, {"source", read_source}};

void read_ip_deny_list(Reading& reading, const Field& field, StoreDraft& draft) {
  if (!read_mapping(reading, field, "a mapping like { threshold: 6 } or { source: https://example.com/bad.txt }"))
    return;
  draft.ip_deny_list = field;
  read_options(reading, *field.node, " in 'ip_deny_list'", ip_deny_list_options, draft.store.ip_deny_list.emplace());
  if (names(*field.node, "threshold") && names(*field.node, "source")) {
    reading.errors.add(
        field.spot,
        "'threshold' has no effect with 'source': it picks one of the package's own lists; remove one of "
        "the two");
  }
}

constexpr Option<StoreDraft> options[] = {
    {"url", read_url},
    {"tls", read_tls},
    {"timeout", read_timeout},
    {"on_error", read_on_error},
    {"local_share", read_local_share},
    {"namespace", read_namespace},
    {"max_keys", read_max_keys},
    {"rejection_cache", read_rejection_cache},
    {"layout", read_layout},
    {"regions", read_regions},
    {"ip_deny_list", read_ip_deny_list},
};

void refuse_effectless(Reading& reading, const std::optional<Field>& field, const std::string& why) {
  if (field) reading.errors.add(field->key_spot, in_quotes(field->name) + " has no effect with " + why);
}

// `timeout`, `on_error`, `rejection_cache` and `namespace` may stay beside a memory store, so that one line changes the
// store. `max_keys` bounds the memory store, and the one that stands in for a Redis that is away.
void check_effects(Reading& reading, const StoreDraft& draft) {
  if (draft.store.is_memory()) {
    const std::string why = "the memory store; remove it, or set 'url' to a Redis URL like redis://localhost:6379";
    for (const auto* field : {&draft.tls, &draft.local_share, &draft.layout, &draft.regions, &draft.ip_deny_list}) {
      refuse_effectless(reading, *field, why);
    }
    return;
  }
  if (std::ranges::find(draft.store.regions, draft.store.url.value, &Secret::value) != draft.store.regions.end()) {
    reading.errors.add(draft.regions->spot, "'url' is among 'regions'; each region is a Redis of its own");
  }
  if (draft.store.layout == Store::Layout::upstash && draft.regions && draft.is_cluster) {
    reading.errors.add(draft.regions->key_spot,
                       "a Redis Cluster can't be a region with layout: upstash; use single servers, or layout: weir");
  }
  if (draft.store.layout != Store::Layout::upstash) {
    refuse_effectless(reading, draft.ip_deny_list, "layout: weir; remove it, or use layout: upstash");
  } else if (draft.is_cluster) {
    refuse_effectless(reading, draft.ip_deny_list,
                      "a Redis Cluster, where the list lies in another slot than what is counted; remove it");
  } else if (draft.regions) {
    refuse_effectless(reading, draft.ip_deny_list,
                      "several regions, as the package denies by no list there; remove it");
  }
  if (!draft.any_tls) {
    refuse_effectless(reading, draft.tls, "a URL without TLS; remove it, or write the URL with rediss://");
  }
  if (draft.store.on_error != Store::OnError::local) {
    const std::string choice = draft.store.on_error == Store::OnError::allow ? "allow" : "deny";
    refuse_effectless(reading, draft.local_share, "on_error: " + choice + "; remove it, or use on_error: local");
  }
}

}  // namespace

void read_store(Reading& reading, const Field& field, Store& store) {
  if (!read_mapping(reading, field, "a mapping like { url: memory }")) return;
  StoreDraft draft;
  const std::size_t before = reading.errors.count();
  read_options(reading, *field.node, " in 'store'", options, draft);
  if (reading.errors.count() == before) check_effects(reading, draft);
  store = std::move(draft.store);
}

}  // namespace weir::config
