// analytics.cpp: the section `analytics`.
#include "config/duration.hpp"
#include "config/sections.hpp"

#include <chrono>

namespace weir::config {
namespace {

using std::chrono::days;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::int64_t most_top = 10'000;
constexpr std::string_view expected = "off or a mapping like { retention: 30d, bucket: 1m, top: 1000 }";

struct Draft {
  Analytics analytics;
  std::optional<Field> bucket;
  std::optional<Field> retention;
};

constexpr Option<Draft> options[] = {
    {"retention",
     [](Reading& reading, const Field& field, Draft& draft) {
       draft.retention = field;
       if (const auto span = read_duration(reading, field, seconds(1), days(3660))) draft.analytics.retention = *span;
     }},
    {"bucket",
     [](Reading& reading, const Field& field, Draft& draft) {
       draft.bucket = field;
       const auto span = read_duration(reading, field, seconds(1), days(1));
       if (span && *span % seconds(1) != nanoseconds(0)) {
         reading.errors.add(field.spot, "a bucket is a whole number of seconds, like 10s or 1m");
       } else if (span) {
         draft.analytics.bucket = *span;
       }
     }},
    {"top",
     [](Reading& reading, const Field& field, Draft& draft) {
       if (const auto top = read_number(reading, field, 1, most_top)) draft.analytics.top = *top;
     }},
};

}  // namespace

void read_analytics(Reading& reading, const Field& field, std::optional<Analytics>& analytics) {
  if (field.node->kind == YamlNode::Kind::scalar && field.node->text == "off") {
    analytics.reset();
    return;
  }
  if (!read_mapping(reading, field, expected)) return;
  Draft draft;
  const std::size_t before = reading.errors.count();
  read_options(reading, *field.node, " in 'analytics'", options, draft);
  const auto& [retention, bucket, top] = draft.analytics;
  if (retention < bucket && reading.errors.count() == before) {
    const Field& at = draft.retention ? *draft.retention : *draft.bucket;
    reading.errors.add(at.spot, "the retention " + spell(retention) + " is shorter than a bucket of " + spell(bucket));
  }
  analytics = draft.analytics;
}

}  // namespace weir::config
