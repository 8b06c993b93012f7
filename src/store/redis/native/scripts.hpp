// scripts.hpp: the scripts of the native layout, each put together from files of scripts/.
#pragma once

#include "store/redis/layout/script.hpp"

#include <weir/rule.hpp>

namespace weir::store::redis::native {

// Made once, when first asked for; they live as long as the program. An algorithm without a script of its own
// (concurrency, unlimited) must not be asked for.
struct Scripts {
  [[nodiscard]] static const Script& each(Algorithm algorithm);
  [[nodiscard]] static const Script& joint();
  [[nodiscard]] static const Script& settle();
  [[nodiscard]] static const Script& undo();
  [[nodiscard]] static const Script& renew();
  [[nodiscard]] static const Script& reset();
  [[nodiscard]] static const Script& lease();
};

}  // namespace weir::store::redis::native
