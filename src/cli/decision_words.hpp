// decision_words.hpp: the API's answers as a person reads them.
#pragma once

#include <boost/json/value.hpp>

#include <chrono>
#include <string>

namespace weir::cli {

using UnixMilliseconds = std::chrono::sys_time<std::chrono::milliseconds>;

// `350 ms`, `42 s`, `2 min 10 s`, `3 h`, `12 d 4 h`: at most two units, rounded up.
[[nodiscard]] std::string spelled(std::chrono::milliseconds length);

// `allowed, 9 of 10 left, full again in 42 s`
[[nodiscard]] std::string decision_words(const boost::json::value& decision, UnixMilliseconds now);

// `9 of 10 left, full again in 42 s`
[[nodiscard]] std::string remaining_words(const boost::json::value& decision, UnixMilliseconds now);

// `200/1m, burst 20 (set at run time)`
[[nodiscard]] std::string rate_words(const boost::json::value& rate);

}  // namespace weir::cli
