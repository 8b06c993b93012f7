#include "config/algorithm_word.hpp"

namespace weir::config {

std::string_view algorithm_word(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::fixed_window:
      return "fixed_window";
    case Algorithm::sliding_window:
      return "sliding_window";
    case Algorithm::sliding_log:
      return "sliding_log";
    case Algorithm::token_bucket:
    case Algorithm::interval_bucket:
      return "token_bucket";
    case Algorithm::gcra:
      return "gcra";
    case Algorithm::concurrency:
      return "concurrency";
    case Algorithm::unlimited:
      return "unlimited";
  }
  return "";
}

}  // namespace weir::config
