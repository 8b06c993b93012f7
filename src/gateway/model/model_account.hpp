// model_account.hpp: what is counted of one call of a model, from the moment it goes to its upstream.
#pragma once

#include "api/metrics.hpp"
#include "gateway/model/model_call.hpp"

#include <weir/decision.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::gateway {

class ModelAccount {
 public:
  // `held`: the most tokens that a limit of it holds; `began`: when the request came. `metrics` outlives it.
  ModelAccount(api::ModelsMetrics& metrics, std::string_view upstream, std::int64_t held, Instant began);
  ModelAccount(const ModelAccount&) = delete;
  ModelAccount& operator=(const ModelAccount&) = delete;
  ~ModelAccount();

  // The first content of its answer has come; `now` is asked once.
  template <class Now>
  void content_came(Now now) {
    if (!first_) first_ = now();
  }
  // The answer is over; nothing: there was none with a status of 2xx. Once. What should be written in the log is told
  // at most once a minute and upstream; else nothing.
  [[nodiscard]] std::optional<std::string> ended(const ModelCall& call, const std::optional<Taken>& taken, Instant now);
  void truncated() { upstream_.truncated.add(); }

 private:
  api::ModelsMetrics& metrics_;
  api::UpstreamMetrics& upstream_;
  std::int64_t held_;
  Instant began_;
  std::optional<Instant> first_;
};

}  // namespace weir::gateway
