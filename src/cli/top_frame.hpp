// top_frame.hpp: what `weir top` shows, as lines of text.
#pragma once

#include <boost/json/value.hpp>

#include <cstddef>
#include <string>

namespace weir::cli {

// The API's answers to one look; null where there is none.
struct TopAnswers {
  boost::json::value usage;
  boost::json::value busiest;
  boost::json::value limited;
  boost::json::value denied;
  boost::json::value tokens;
  boost::json::value lambda;
};

// How large the terminal is; 0: no bound.
struct FrameSize {
  std::size_t columns = 0;
  std::size_t rows = 0;
};

// `head` is the first line. Tables without rows are left out, but for the limits'; lines beyond the size are cut.
[[nodiscard]] std::string top_frame(const TopAnswers& answers, const std::string& head, const FrameSize& size);

}  // namespace weir::cli
