#include "api/limit_text.hpp"

#include "api/json_text.hpp"
#include "api/rate_text.hpp"

namespace weir::api {
namespace {

// YYYY-MM-DD; years have four digits (1970 to 2200).
std::string date_text(const std::chrono::year_month_day& date) {
  const auto two_digits = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::to_string(static_cast<int>(date.year())) + "-" + two_digits(static_cast<unsigned>(date.month())) + "-" +
         two_digits(static_cast<unsigned>(date.day()));
}

std::string ip_text(const config::KeySource& source) {
  const config::KeySource usual;
  if (source.ipv4_prefix != usual.ipv4_prefix) return "ip/" + std::to_string(source.ipv4_prefix);
  if (source.ipv6_prefix != usual.ipv6_prefix) return "ip/" + std::to_string(source.ipv6_prefix);
  return "ip";
}

}  // namespace

std::string key_source_text(const config::KeySource& source) {
  using Kind = config::KeySource::Kind;
  switch (source.kind) {
    case Kind::ip:
      return ip_text(source);
    case Kind::header:
      return "header:" + source.name;
    case Kind::query:
      return "query:" + source.name;
    case Kind::cookie:
      return "cookie:" + source.name;
    case Kind::path:
      return "path";
    case Kind::method:
      return "method";
    case Kind::host:
      return "host";
    case Kind::route:
      return "route";
    case Kind::model:
      return "model";
    case Kind::jwt:
      return "jwt:" + source.name;
    case Kind::metadata:
      return "metadata:" + source.name + "." + source.field;
    case Kind::constant:
      return "const:" + source.name;
  }
  return "";
}

void append_rate_members(std::string& out, const Rule& rule) {
  out += R"("rate":)";
  append_json(out, rate_text(rule));
  if (rule.burst > 0) out.append(R"(,"burst":)").append(std::to_string(rule.burst));
  if (rule.anchor) out.append(R"(,"anchor":")").append(date_text(*rule.anchor)).append("\"");
}

}  // namespace weir::api
