// Any requests to the admin API, one after the other, of one service: method, target and body are cut out of the input
// by newlines. Held: every answer has a status that the API knows, is no server error, says in JSON what it says it
// does in JSON, and no limit ever has more left than it can hold.
#include "api/answer.hpp"
#include "api/metrics.hpp"
#include "limiter/fake_clock.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>

namespace {

using namespace weir;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;

void require(bool holds) {
  if (!holds) std::abort();
}

class FuzzedService final : public api::Service {
 public:
  FuzzedService() {
    add("a", fixed_window(5, 1min), 1);
    add("pair", token_bucket(3, 1h, 7), 2);
    add("slots", concurrency(2), 1);
  }
  [[nodiscard]] std::optional<api::NamedLimit> find(std::string_view name) const override {
    for (const api::NamedLimit& limit : limits()) {
      if (limit.config->name == name) return limit;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::vector<api::NamedLimit> limits() const override {
    std::vector<api::NamedLimit> all;
    for (One& one : limits_) all.push_back({&one.config, &one.limiter, &metrics_.limit(one.config.name), nullptr});
    return all;
  }
  [[nodiscard]] limiter::DenyList& deny_list() const override { return deny_list_; }
  [[nodiscard]] Store& store() const override { return *store_; }
  [[nodiscard]] config::Store::OnError on_error() const override { return config::Store::OnError::local; }
  [[nodiscard]] api::Metrics& metrics() const override { return metrics_; }
  [[nodiscard]] Instant now() const override { return clock_.now(); }
  void pass(std::chrono::nanoseconds time) { clock_.advance(time); }

 private:
  struct One {
    config::Limit config;
    Limiter limiter;
  };
  void add(std::string name, const Rule& rule, std::size_t parts) {
    One& one = limits_.emplace_back(config::Limit{}, Limiter(rule, {.name = name, .store = store_}));
    one.config.name = std::move(name);
    one.config.key.assign(parts, {.kind = config::KeySource::Kind::header, .name = "x"});
    one.config.rule = rule;
  }

  mutable limiter::FakeClock clock_{Instant(std::chrono::hours(480'000))};
  std::shared_ptr<Store> store_ = memory_store({.max_keys = 1000, .clock = &clock_});
  mutable limiter::DenyList deny_list_;
  mutable api::Metrics metrics_;
  mutable std::deque<One> limits_;
};

std::string_view line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view found = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return found;
}

void check(const api::Response& response) {
  constexpr std::array known{200, 201, 204, 400, 404, 405, 409, 413, 415, 422};
  require(std::ranges::find(known, response.status) != known.end());
  require((response.status == 204) == response.body.empty());
  if (!response.content_type.ends_with("json")) return;
  boost::system::error_code wrong;
  const boost::json::value body = boost::json::parse(response.body, wrong);
  require(!wrong && body.is_object());
  if (response.status >= 400) require(body.at("status") == response.status);
  const auto* left = body.as_object().if_contains("remaining");
  const auto* limit = body.as_object().if_contains("limit");
  if (left != nullptr && limit != nullptr && limit->is_int64()) require(left->as_int64() <= limit->as_int64());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  FuzzedService service;
  for (int calls = 0; calls < 16 && !text.empty(); ++calls) {
    api::Request request{.method = line(text), .target = line(text), .host = "localhost"};
    request.body = line(text);
    check(api::answer(service, request));
    service.pass(1s);
  }
  return 0;
}
