// algorithm_word.hpp: an algorithm as weir.yaml and the admin API name it.
#pragma once

#include <weir/rule.hpp>

#include <string_view>

namespace weir::config {

// The two token buckets share a word: which of them it is, the store's layout says.
[[nodiscard]] std::string_view algorithm_word(Algorithm algorithm);

}  // namespace weir::config
