// a_service.hpp: a Service of a test's own, on a clock that stands still, and a way to ask it.
#pragma once

#include "analytics/recorder.hpp"
#include "api/answer.hpp"
#include "api/metrics.hpp"
#include "api/service.hpp"
#include "limiter/fake_clock.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace weir::api {

using namespace std::chrono_literals;

class AService final : public Service {
 public:
  AService() = default;

  // A limit by the key source's words: header:x-user-id unless others are given.
  config::Limit& add(std::string name, const Rule& rule, std::vector<config::KeySource> key = {user()},
                     Options options = {}) {
    Named& named = limits_.emplace_back();
    named.config.name = name;
    named.config.key = std::move(key);
    named.config.rule = rule;
    named.config.shadow = options.shadow;
    options.name = std::move(name);
    options.store = store_;
    named.limiter.emplace(rule, std::move(options));
    named.metrics = &metrics_.limit(named.config.name);
    named.recorded = recorder.limit(named.config.name);
    return named.config;
  }
  limiter::KeySet& only(std::string_view name) { return *std::ranges::find(limits_, name, &Named::name)->only; }

  static config::KeySource user() { return {.kind = config::KeySource::Kind::header, .name = "x-user-id"}; }
  static config::KeySource ip() { return {}; }
  static config::KeySource path() { return {.kind = config::KeySource::Kind::path}; }

  [[nodiscard]] std::optional<NamedLimit> find(std::string_view name) const override {
    for (const NamedLimit& limit : limits()) {
      if (limit.config->name == name) return limit;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::vector<NamedLimit> limits() const override {
    std::vector<NamedLimit> all;
    for (Named& named : limits_) {
      all.push_back({&named.config, &*named.limiter, named.metrics, &*named.only, named.recorded});
    }
    return all;
  }
  [[nodiscard]] limiter::DenyList& deny_list() const override { return deny_list_; }
  [[nodiscard]] Store& store() const override { return *store_; }
  [[nodiscard]] config::Store::OnError on_error() const override { return on_error_when_down; }
  [[nodiscard]] Metrics& metrics() const override { return metrics_; }
  [[nodiscard]] analytics::Recorder* analytics() const override { return &recorder; }
  [[nodiscard]] Instant now() const override { return clock.now(); }
  [[nodiscard]] bool store_up() const override { return up; }

  mutable limiter::FakeClock clock;
  mutable analytics::Recorder recorder;  // off
  config::Store::OnError on_error_when_down = config::Store::OnError::local;
  bool up = true;

 private:
  struct Named {
    config::Limit config;
    std::optional<Limiter> limiter;
    LimitMetrics* metrics = nullptr;
    std::uint32_t recorded = 0;
    std::optional<limiter::KeySet> only{std::in_place};
    [[nodiscard]] std::string_view name() const { return config.name; }
  };

  std::shared_ptr<Store> store_ = memory_store({.max_keys = 100'000, .clock = &clock});
  mutable limiter::DenyList deny_list_;
  mutable Metrics metrics_;
  mutable std::deque<Named> limits_;
};

struct Answered {
  int status = 0;
  std::string body;
  std::vector<Header> headers;
  [[nodiscard]] boost::json::value json() const { return boost::json::parse(body); }
  [[nodiscard]] boost::json::value operator[](std::string_view member) const {
    const auto value = json();
    const auto* found = value.as_object().if_contains({member.data(), member.size()});
    return found == nullptr ? boost::json::value("absent") : *found;
  }
  [[nodiscard]] std::string header(std::string_view name) const {
    for (const Header& header : headers) {
      if (header.name == name) return header.value;
    }
    return {};
  }
};

inline Answered ask(const Service& service, std::string_view method, std::string_view target,
                    std::string_view body = {}) {
  Response response = answer(service, {.method = method,
                                       .target = target,
                                       .host = "127.0.0.1:9090",
                                       .content_type = body.empty() ? "" : "application/json",
                                       .body = body});
  return {response.status, std::move(response.body), std::move(response.headers)};
}

}  // namespace weir::api
