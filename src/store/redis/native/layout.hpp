// layout.hpp: Weir's own layout. docs/redis.md lists its keys and values.
//
//   key_name       what a key is called
//   space, tag     a rule made ready: how its values begin, and its numbers as the scripts want them
//   scripts        which files of scripts/ make up which script
//   verdicts       what a script found and decided, as the verdicts of limits/
//   layout         the calls, and how their replies are read
//
// The scripts decide, by Redis' own clock, and write. What they reply is the state that they found and whether each
// cost passed; from that the verdicts are computed here, by the very code of limits/.
#pragma once

#include "store/redis/layout/layout.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace weir::store::redis {

// Whose states of a prefix count. Without a source the layout keeps one number a prefix itself, 0 at first.
using Generations = std::function<std::shared_ptr<std::atomic<std::int64_t>>(std::string_view prefix)>;

[[nodiscard]] std::unique_ptr<Layout> native_layout(std::string_view name_space, Generations generations = {});

}  // namespace weir::store::redis
