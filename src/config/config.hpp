// config.hpp: weir.yaml as typed values. parse.hpp makes them; everything here has been checked, so that whoever reads
// a Config need not.
#pragma once

#include "config/lambda.hpp"
#include "usage/price/charge.hpp"
#include "usage/price/hold.hpp"
#include "usage/protocol.hpp"

#include <weir/rule.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::config {

// Where in the file something stands; line 0: nowhere, it is a default.
struct Place {
  int line = 0;    // 1 is the first
  int column = 0;  // in characters; 1 is the first
  friend auto operator<=>(const Place&, const Place&) = default;
};

struct Address {
  std::string host;  // an IP address, brackets removed
  std::uint16_t port = 0;
};

// One part of a key: where in a request its text is found.
struct KeySource {
  enum class Kind { ip, header, query, cookie, path, method, host, route, model, jwt, metadata, constant };
  Kind kind = Kind::ip;
  std::string name{};    // header (lower case), query, cookie, jwt: the name; metadata: NAMESPACE; constant: the value
  std::string field{};   // metadata: KEY
  int ipv4_prefix = 32;  // ip: the network's length that counts as one client
  int ipv6_prefix = 64;
  friend bool operator==(const KeySource&, const KeySource&) = default;
};

enum class Missing { skip, reject };

// Text that a `${VAR}` may have come into: as it is used, and as the file has it, which is fit to be printed.
struct Secret {
  std::string value;
  std::string written;
  friend bool operator==(const Secret&, const Secret&) = default;
};

// A value that picks keys in `overrides`, `allow`, `deny`, `only`.
struct Pattern {
  enum class Kind { exact, cidr, glob, regex };
  Kind kind = Kind::exact;
  std::string text;
};

// Holds when the request has this part and one of the patterns matches it.
struct Condition {
  KeySource source;
  std::vector<Pattern> values;  // at least one
};

// Of answers: first <= status <= last.
struct Statuses {
  int first = 0;
  int last = 0;
  friend bool operator==(const Statuses&, const Statuses&) = default;
};

// How a limit asks its store: for each call, or for a share ahead that is spent locally.
enum class Mode { exact, lease, cached };

// In mid-stream, when a limit has nothing left: let the answer end by itself, end it as the provider would, or slow it
// down to the limit's rate.
enum class OnExceeded { finish, truncate, pace };

// How a limit counts tokens, or the money they cost; of `unit: requests` nothing else is set. Rates of money are in
// billionths (usage/price/charge.hpp).
struct Tokens {
  usage::Unit unit = usage::Unit::requests;
  usage::Rates weights{};                                             // of each kind
  std::vector<std::pair<std::string, usage::Decimal>> model_weights;  // by name or glob, over all kinds
  usage::Reserve reserve{};
  OnExceeded on_exceeded = OnExceeded::finish;

  [[nodiscard]] bool counts() const { return unit != usage::Unit::requests; }
};

struct Limit {
  std::string name;
  std::vector<KeySource> key;  // at least one
  Missing missing = Missing::skip;
  std::vector<Condition> when;  // all must hold, else the limit does not apply
  std::vector<Pattern> only;    // keys that it applies to; empty: all
  Rule rule;
  std::int64_t cost = 1;
  std::optional<std::string> cost_header;  // the request header that names the cost
  std::vector<Statuses> charge;      // held at the request, given back when the answer has none of them; empty: always
  std::chrono::nanoseconds wait{0};  // how long a request may be held that passes by then
  std::vector<std::pair<Pattern, Rule>> overrides;
  std::vector<Pattern> allow;
  std::vector<Pattern> deny;
  Tokens tokens{};
  int reject_status = 429;
  std::string reject_message;  // empty: the default sentence
  bool shadow = false;
  Mode mode = Mode::exact;
  std::string prefix;  // weir:NAME unless given
  Place place{};
};

// How a Redis store's certificate is checked, and our own shown: files in PEM, absolute paths; empty: none.
struct StoreTls {
  std::string ca;           // authorities; none: the system's
  std::string certificate;  // with `key`, or neither
  std::string key;
  std::string server_name;  // what the certificate must be for; empty: the host of the URL
  friend bool operator==(const StoreTls&, const StoreTls&) = default;
};

// A public list of bad addresses that becomes part of @upstash/ratelimit's deny list.
struct IpDenyList {
  int threshold = 6;     // of the package's own list: on how many others an address is, 1 to 8
  std::string source{};  // another list's URL; empty: the package's own
  friend bool operator==(const IpDenyList&, const IpDenyList&) = default;
};

struct Store {
  enum class OnError { local, allow, deny };
  enum class Layout { weir, upstash };
  Secret url{.value = "memory", .written = "memory"};  // memory, or what store::parse_store_url takes
  StoreTls tls;
  std::int64_t max_keys = 10'000'000;  // of the memory store, and of the one that stands in for Redis
  std::int64_t rejection_cache = 100'000;
  std::chrono::nanoseconds timeout = std::chrono::milliseconds(100);
  OnError on_error = OnError::local;
  std::optional<double> local_share;  // 0 < share <= 1; none: 1 / instances last seen
  std::string name_space = "weir";
  Layout layout = Layout::weir;
  std::vector<Secret> regions;             // more Redis URLs
  std::optional<IpDenyList> ip_deny_list;  // of layout upstash; none: off

  [[nodiscard]] bool is_memory() const { return url.value == "memory"; }
};

// What an upstream with `ai` is: a model, whose answers say how many tokens they took.
struct Model {
  enum class AskUsage { automatic, always, never };  // for a streaming client that did not
  enum class UsageMissing { estimate, held, free };  // what is charged when the answer never said it
  usage::Protocol protocol = usage::Protocol::automatic;
  AskUsage ask_usage = AskUsage::automatic;
  UsageMissing usage_missing = UsageMissing::estimate;
};

struct Upstream {
  std::string name;
  std::string host{};  // name or IP address; with `lambda` that of Lambda's API
  std::uint16_t port = 80;
  bool tls = false;
  std::string path{};                                     // the url's path, put before the request's; empty for none
  std::string strip{};                                    // taken off the request's path before that; empty for none
  std::vector<std::pair<std::string, Secret>> headers{};  // set on each request; names in lower case
  std::optional<Model> model{};                           // with `ai`
  std::optional<Lambda> lambda{};
  Place place{};
};

struct Route {
  std::string path;                  // without the trailing /*; empty with `below`: everything
  bool below = false;                // `/v1/*`: /v1 itself, /v1/ and all below; false: exactly `path`
  std::vector<std::string> methods;  // upper case; empty: any
  std::string host;                  // empty: any; may start with *.
  std::vector<std::pair<std::string, std::string>> headers;  // must equal
  std::string upstream;
  std::vector<std::vector<std::string>> limits;                 // of each: the first that applies, alone
  std::chrono::nanoseconds timeout = std::chrono::seconds(60);  // of a whole answer; 0: none
  std::chrono::nanoseconds idle_timeout = std::chrono::minutes(5);
  Place place{};
};

struct Responses {
  enum class Headers { ietf, x, both, none };
  enum class Body { problem, json, text, file };
  enum class Reset { delta, epoch };
  Headers headers = Headers::ietf;
  Body body = Body::problem;
  std::string file_body;  // Body::file: what it held when the config was read
  std::string file_type;  // Body::file: its content type
  Reset reset = Reset::delta;
};

enum class EscapedSlashes { keep, reject, redirect };

// Where the admin API listens.
struct Admin {
  Address address{"127.0.0.1", 9090};
  bool written = false;         // in the file; else what is above is the default
  std::optional<Secret> token;  // none: anyone who reaches the address may do all
};

struct Tls {
  std::string certificate;  // files in PEM, absolute paths
  std::string key;
};

// JSON web tokens, verified by Envoy before a limit looks at their claims.
struct Jwt {
  std::string issuer;
  Upstream jwks;                       // where the keys are; `path` is the whole path with its query
  std::vector<std::string> audiences;  // empty: any
};

struct AccessLog {
  enum class To { off, stdout_, file };
  enum class Key { omit, hash };
  To to = To::off;
  std::string file;  // absolute path
  Key key = Key::omit;
};

// What is remembered of decisions: for how long, by buckets of which length, and of how many keys.
struct Analytics {
  std::chrono::nanoseconds retention = std::chrono::days(30);
  std::chrono::nanoseconds bucket = std::chrono::minutes(1);  // whole seconds
  std::int64_t top = 1000;
  friend bool operator==(const Analytics&, const Analytics&) = default;
};

// Whom to tell when a key takes a share of a limit, or is refused so often.
struct Alert {
  std::string limit;
  std::int64_t share = 0;     // in millionths, up to all of it; 0: `refusals` it is
  std::int64_t refusals = 0;  // so many in `per`
  std::chrono::nanoseconds per{0};
  Secret webhook;                // http or https
  std::optional<Secret> secret;  // what is posted is signed with it
  friend bool operator==(const Alert&, const Alert&) = default;
};

// Per million tokens, by a model's name or a glob, in the file's order.
using Prices = std::vector<std::pair<std::string, usage::Price>>;

struct Config {
  Address listen{"127.0.0.1", 8080};
  std::optional<Tls> tls;                // of `listen`
  std::optional<Admin> admin = Admin{};  // none: off
  bool admin_gave_way = false;           // off because `listen` has its default address
  int trusted_proxies = 0;
  EscapedSlashes escaped_slashes = EscapedSlashes::redirect;
  Store store;
  std::vector<Limit> limits;        // in the file's order
  std::vector<Upstream> upstreams;  // in the file's order
  std::vector<Route> routes;        // the first that matches wins
  Prices prices;
  Responses responses;
  std::optional<Analytics> analytics = Analytics{};  // none: off
  std::optional<Jwt> jwt;
  AccessLog access_log;
  std::vector<Alert> alerts;
  std::chrono::nanoseconds drain = std::chrono::seconds(30);
};

}  // namespace weir::config
