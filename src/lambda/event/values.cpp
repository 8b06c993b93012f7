#include "lambda/event/values.hpp"

#include <map>

#include "lambda/text/percent.hpp"

namespace weir::lambda {

namespace {

class Grouping {
 public:
  void add(std::string key, std::string_view name, std::string value) {
    const auto [place, is_new] = places_.try_emplace(std::move(key), all_.size());
    if (is_new) all_.push_back({std::string(name), {}});
    all_[place->second].values.push_back(std::move(value));
  }
  [[nodiscard]] bool has(const std::string& key) const { return places_.contains(key); }
  [[nodiscard]] AllValues take() { return std::move(all_); }

 private:
  AllValues all_;
  // Names are a client's: of a table by hash it could choose ten thousand that all meet in one place.
  std::map<std::string, std::size_t> places_;
};

std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

std::string joined(const std::vector<std::string>& values) {
  std::string all;
  for (const std::string& value : values) {
    if (&value != values.data()) all += ',';
    all += value;
  }
  return all;
}

}  // namespace

AllValues header_values(const Request& request) {
  Grouping grouping;
  for (const FieldView& header : request.headers) {
    if (enters_event(header.name)) grouping.add(lower_case(header.name), header.name, std::string(header.value));
  }
  if (!request.host.empty() && !grouping.has("host")) grouping.add("host", "host", std::string(request.host));
  return grouping.take();
}

AllValues query_values(std::string_view query, bool decode) {
  Grouping grouping;
  while (!query.empty()) {
    std::string_view value = take_until(query, '&');
    if (value.empty()) continue;
    const std::string_view name = take_until(value, '=');
    const auto written = [decode](std::string_view part) {
      return decode ? percent_decoded(part, true) : std::string(part);
    };
    const std::string key = written(name);
    grouping.add(key, key, written(value));
  }
  return grouping.take();
}

std::vector<std::string> cookies_of(const Request& request) {
  std::vector<std::string> cookies;
  for (const FieldView& header : request.headers) {
    if (!same_name(header.name, "cookie")) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::string_view cookie = trimmed(take_until(rest, ';'));
      if (!cookie.empty()) cookies.emplace_back(cookie);
    }
  }
  return cookies;
}

void write_last_values(JsonWriter& json, const AllValues& all) {
  json.open('{');
  for (const Values& each : all) json.member(each.name, each.values.back());
  json.close('}');
}

void write_joined_values(JsonWriter& json, const AllValues& all) {
  json.open('{');
  for (const Values& each : all) json.member(each.name, joined(each.values));
  json.close('}');
}

void write_lists(JsonWriter& json, const AllValues& all) {
  json.open('{');
  for (const Values& each : all) {
    json.key(each.name).open('[');
    for (const std::string& value : each.values) json.text(value);
    json.close(']');
  }
  json.close('}');
}

}  // namespace weir::lambda
