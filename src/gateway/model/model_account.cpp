#include "gateway/model/model_account.hpp"

#include <chrono>

namespace weir::gateway {

namespace {

using api::Settlement;

Settlement settlement(Taken::How how) {
  switch (how) {
    case Taken::How::exact:
      return Settlement::exact;
    case Taken::How::estimated:
    case Taken::How::held:
      return Settlement::estimated;
    case Taken::How::free:
      break;
  }
  return Settlement::released;
}

std::string_view consequence(Taken::How how) {
  switch (how) {
    case Taken::How::estimated:
      return "it is charged by an estimate";
    case Taken::How::held:
      return "it is charged what it held";
    default:
      return "it is charged nothing";
  }
}

// Whether it is this call's turn to tell.
bool may_complain(api::UpstreamMetrics& upstream, Instant now) {
  constexpr std::int64_t pause = std::chrono::nanoseconds(std::chrono::minutes(1)).count();
  const std::int64_t at = now.time_since_epoch().count();
  std::int64_t last = upstream.complained.load(std::memory_order_relaxed);
  return (last == 0 || at - last >= pause) && upstream.complained.compare_exchange_strong(last, at);
}

}  // namespace

ModelAccount::ModelAccount(api::ModelsMetrics& metrics, std::string_view upstream, std::int64_t held, Instant began)
    : metrics_(metrics), upstream_(metrics.upstream(upstream)), held_(held), began_(began) {
  upstream_.tokens_held.fetch_add(held_, std::memory_order_relaxed);
  upstream_.streams.fetch_add(1, std::memory_order_relaxed);
}

ModelAccount::~ModelAccount() {
  upstream_.tokens_held.fetch_sub(held_, std::memory_order_relaxed);
  upstream_.streams.fetch_sub(1, std::memory_order_relaxed);
}

std::optional<std::string> ModelAccount::ended(const ModelCall& call, const std::optional<Taken>& taken, Instant now) {
  upstream_.settled[static_cast<std::size_t>(taken ? settlement(taken->how) : Settlement::released)].add();
  if (!taken) return std::nullopt;
  api::ModelMetrics& model = metrics_.model(upstream_.upstream, call.facts().model);
  const usage::Counts& counts = taken->counts;
  model.input.add(counts.input);
  model.output.add(counts.output);
  model.cached_input.add(counts.cached_input);
  model.cache_write.add(counts.cache_write);
  model.reasoning.add(counts.reasoning);
  model.answer.record(now - began_);
  if (first_) {
    model.time_to_first_token.record(*first_ - began_);
    if (counts.output > 1) {
      model.time_per_output_token.record((now - *first_) / static_cast<std::int64_t>(counts.output - 1));
    }
  }
  if (taken->how == Taken::How::exact || !may_complain(upstream_, now)) return std::nullopt;
  return "upstream '" + upstream_.upstream + "': " + std::string(taken->why) + "; " +
         std::string(consequence(taken->how)) + " (said at most once a minute)";
}

}  // namespace weir::gateway
