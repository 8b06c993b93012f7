#include "lambda/event/head.hpp"

#include <array>
#include <chrono>

namespace weir::lambda {

namespace {

std::string two_digits(std::int64_t number) {
  return {static_cast<char>('0' + number / 10 % 10), static_cast<char>('0' + number % 10)};
}

}  // namespace

std::string common_log_time(std::int64_t unix_ms) {
  using namespace std::chrono;
  constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_time<milliseconds> time{milliseconds(unix_ms)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss<seconds> clock(floor<seconds>(time) - day);
  std::string text = two_digits(static_cast<unsigned>(date.day())) + '/';
  text += months[static_cast<unsigned>(date.month()) - 1];
  text += '/' + std::to_string(static_cast<int>(date.year()));
  for (const std::int64_t part : {clock.hours().count(), clock.minutes().count(), clock.seconds().count()}) {
    text += ':' + two_digits(part);
  }
  return text + " +0000";
}

std::string_view first_label(std::string_view host) noexcept { return host.substr(0, host.find_first_of(".:")); }

std::string_view header_value(const Request& request, std::string_view name) noexcept {
  for (const FieldView& header : request.headers) {
    if (same_name(header.name, name)) return header.value;
  }
  return {};
}

}  // namespace weir::lambda
