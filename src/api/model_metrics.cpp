// model_metrics.cpp: what is counted of models. A cell for each thread costs 10 KiB a model: models are few.
#include "api/exposition.hpp"
#include "api/metrics.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weir::api {

namespace {

constexpr std::array<std::string_view, settlements> settlement_words{"exact", "estimated", "released"};

constexpr std::pair<std::string_view, Counter ModelMetrics::*> kinds[] = {
    {"input", &ModelMetrics::input},
    {"output", &ModelMetrics::output},
    {"cached_input", &ModelMetrics::cached_input},
    {"cache_write", &ModelMetrics::cache_write},
    {"reasoning", &ModelMetrics::reasoning},
};

struct Timing {
  std::string_view name;
  std::string_view help;
  AnswerHistogram ModelMetrics::* times;
};
constexpr Timing timings[] = {
    {"weir_time_to_first_token_seconds", "From the request to the first content of its answer.",
     &ModelMetrics::time_to_first_token},
    {"weir_time_per_output_token_seconds", "Of a streamed answer, after its first token.",
     &ModelMetrics::time_per_output_token},
    {"weir_model_answer_seconds", "From the request to its answer's end.", &ModelMetrics::answer},
};

}  // namespace

UpstreamMetrics& ModelsMetrics::upstream(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  const auto known = std::ranges::find(upstreams_, name, &UpstreamMetrics::upstream);
  if (known != upstreams_.end()) return *known;
  UpstreamMetrics& made = upstreams_.emplace_back();
  made.upstream = name;
  return made;
}

ModelMetrics& ModelsMetrics::model(std::string_view upstream, std::string_view model) {
  const std::scoped_lock lock(mutex_);
  const auto find = [&](std::string_view name) {
    return std::ranges::find_if(models_,
                                [&](const ModelMetrics& one) { return one.model == name && one.upstream == upstream; });
  };
  auto known = find(model);
  if (known == models_.end() && models_.size() >= max_models) known = find(model = "other");
  if (known != models_.end()) return *known;
  ModelMetrics& made = models_.emplace_back();
  made.upstream = upstream;
  made.model = model;
  return made;
}

void ModelsMetrics::append(std::string& text) const {
  const std::scoped_lock lock(mutex_);
  if (upstreams_.empty()) return;
  const auto of_upstream = [](const UpstreamMetrics& one) { return "upstream=\"" + label_value(one.upstream) + "\""; };
  const auto of_model = [](const ModelMetrics& one) {
    return "upstream=\"" + label_value(one.upstream) + "\",model=\"" + label_value(one.model) + "\"";
  };
  append_each_by(
      text, {"weir_tokens_total", "counter", "Tokens of answers; cached_input, cache_write and reasoning are parts."},
      models_, of_model, LabelWords{"kind", std::size(kinds), [](std::size_t at) { return kinds[at].first; }},
      [](const ModelMetrics& one, std::size_t at) { return (one.*kinds[at].second).value(); });
  append_each_by(text, {"weir_settlements_total", "counter", "Calls of models by how what they took became known."},
                 upstreams_, of_upstream,
                 LabelWords{"how", settlements, [](std::size_t at) { return settlement_words[at]; }},
                 [](const UpstreamMetrics& one, std::size_t at) { return one.settled[at].value(); });
  append_each(text, {"weir_tokens_held", "gauge", "Tokens that calls under way hold, the most of each call's limits."},
              upstreams_, of_upstream, [](const UpstreamMetrics& one) { return one.tokens_held.load(); });
  append_each(text, {"weir_model_streams", "gauge", "Answers of models under way."}, upstreams_, of_upstream,
              [](const UpstreamMetrics& one) { return one.streams.load(); });
  append_each(text,
              {"weir_streams_truncated_total", "counter", "Answers that were ended because a limit had nothing left."},
              upstreams_, of_upstream, [](const UpstreamMetrics& one) { return one.truncated.value(); });
  for (const Timing& timing : timings) {
    describe(text, timing.name, "histogram", timing.help);
    for (const ModelMetrics& one : models_) {
      if ((one.*timing.times).count() != 0) (one.*timing.times).append(text, timing.name, of_model(one));
    }
  }
}

}  // namespace weir::api
