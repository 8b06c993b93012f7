// service.hpp: what the API acts on: the limits of a process by name, and what is beside them.
//
// api/ is the admin API, metrics and their pages: a request in, a response out, no sockets and no Envoy. Read in order:
//   service    what it acts on; the gateway's runtime is one, a test makes its own
//   request    what comes in and what goes out
//   access     who may come in: token, Host and Origin
//   answer     a method and a path -> one of the calls, each in a file of its own
//   metrics    counters and histograms that cost a request a few nanoseconds, and their Prometheus text
#pragma once

#include "config/config.hpp"
#include "limiter/deny_list.hpp"
#include "limiter/key_set.hpp"

#include <weir/limiter.hpp>
#include <weir/store.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace weir::analytics {
class Recorder;
}

namespace weir::alerts {
class Delivery;
class LimitAlerts;
}  // namespace weir::alerts

namespace weir::api {

class LimitMetrics;
class Metrics;

// A limit of the process. What it points to lives as long as the Service that named it.
struct NamedLimit {
  const config::Limit* config = nullptr;
  Limiter* limiter = nullptr;
  LimitMetrics* metrics = nullptr;              // where its decisions are counted; null: nowhere
  const limiter::KeySet* only = nullptr;        // keys that it applies to; null or empty: every key
  std::uint32_t recorded = 0;                   // what it is recorded as (analytics::LimitId)
  const alerts::LimitAlerts* alerts = nullptr;  // null: it has none
};

// Safe from any thread. One Service stands for one state of the configuration: a changed one is another Service.
class Service {
 public:
  virtual ~Service() = default;
  [[nodiscard]] virtual std::optional<NamedLimit> find(std::string_view name) const = 0;
  [[nodiscard]] virtual std::vector<NamedLimit> limits() const = 0;  // in the file's order
  [[nodiscard]] virtual limiter::DenyList& deny_list() const = 0;    // of entries that name no limit
  [[nodiscard]] virtual Store& store() const = 0;
  [[nodiscard]] virtual config::Store::OnError on_error() const = 0;
  [[nodiscard]] virtual Metrics& metrics() const = 0;
  [[nodiscard]] virtual analytics::Recorder* analytics() const { return nullptr; }  // null: nothing is recorded
  [[nodiscard]] virtual const alerts::Delivery* alerts() const { return nullptr; }  // null: nobody is told
  [[nodiscard]] virtual Instant now() const = 0;
  [[nodiscard]] virtual bool store_up() const { return true; }  // whether the store answered when it was last asked
  [[nodiscard]] virtual std::uint64_t holds_lost() const { return 0; }
};

}  // namespace weir::api
