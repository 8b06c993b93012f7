#include "cli/json_out.hpp"

#include "config/utf8.hpp"

namespace weir::cli {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD
}  // namespace

void append_as_utf8(std::string& out, std::string_view json) {
  while (!json.empty()) {
    const config::CodePoint point = config::first_code_point(json);
    out += point.valid ? json.substr(0, point.bytes) : replacement;
    json.remove_prefix(point.bytes);
  }
}

void append_seconds(std::string& out, Instant time) {
  constexpr std::int64_t second = 1'000'000'000;  // ns
  const std::int64_t count = time.time_since_epoch().count();
  append_number(out, count / second);
  std::int64_t rest = count % second;
  if (rest == 0) return;
  out += '.';
  for (std::int64_t unit = second / 10; rest != 0; unit /= 10) {
    out += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
}

}  // namespace weir::cli
