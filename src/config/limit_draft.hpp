// limit_draft.hpp: a limit whose options have been read one by one, before they are held against each other.
#pragma once

#include "config/config.hpp"
#include "config/rate.hpp"
#include "config/reader.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace weir::config {

template <class T>
struct Given {
  Field field{};             // its place; without a node when the option was not given
  std::optional<T> value{};  // nothing as well when it could not be read
};

struct OverrideDraft {
  Pattern pattern;
  Given<Rate> rate;
};

struct LimitDraft {
  Limit limit;
  Spot spot;                     // of its name
  const Store* store = nullptr;  // where it will be counted; null: nobody knows
  bool has_key = false;
  bool has_rate = false;
  bool algorithm_unreadable = false;
  Given<Rate> rate;
  Given<Algorithm> algorithm;
  Given<std::int64_t> burst;
  Given<std::chrono::year_month_day> anchor;
  std::optional<Spot> cost_spot;
  std::optional<Field> charge;  // when given and not `always`
  std::optional<Field> wait;    // when given and not 0
  std::optional<Field> lease;   // `mode`, when it is lease
  bool money = false;           // `unit: cost`: rate, burst and reserve are sums of money
  std::optional<Field> unit;    // when it is not requests
  std::optional<Field> weights;
  std::optional<Field> reserve;
  std::optional<Field> reserve_default;
  std::optional<Field> on_exceeded;
  std::optional<Field> cached;  // `mode`, when it is cached
  std::optional<Field> prefix_field;
  std::vector<OverrideDraft> overrides;
  std::unordered_map<std::string, bool> listed;  // in `allow` (false) or `deny` (true)
};

// Whom the limit is for (limit_patterns.cpp).
void read_when(Reading& reading, const Field& field, LimitDraft& draft);
void read_only(Reading& reading, const Field& field, LimitDraft& draft);
void read_overrides(Reading& reading, const Field& field, LimitDraft& draft);
void read_allow(Reading& reading, const Field& field, LimitDraft& draft);
void read_deny(Reading& reading, const Field& field, LimitDraft& draft);

// What a request costs, and when (limit_charge.cpp).
void read_cost(Reading& reading, const Field& field, LimitDraft& draft);
void read_charge(Reading& reading, const Field& field, LimitDraft& draft);
void read_wait(Reading& reading, const Field& field, LimitDraft& draft);

// What tokens cost (limit_tokens.cpp). Whether they are money is looked up first, as rates are written otherwise then.
[[nodiscard]] bool counts_money(const YamlNode& limit);
void read_unit(Reading& reading, const Field& field, LimitDraft& draft);
void read_weights(Reading& reading, const Field& field, LimitDraft& draft);
void read_reserve(Reading& reading, const Field& field, LimitDraft& draft);
void read_reserve_default(Reading& reading, const Field& field, LimitDraft& draft);
void read_on_exceeded(Reading& reading, const Field& field, LimitDraft& draft);
void check_tokens(Reading& reading, const LimitDraft& draft);

// Holds the limit against its store (limit_store.cpp).
void check_store(Reading& reading, const LimitDraft& draft);

// Fills the limit's rule and overrides, and adds an error for whatever makes no sense together.
void make_rules(Reading& reading, LimitDraft& draft);

}  // namespace weir::config
