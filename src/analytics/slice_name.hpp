// slice_name.hpp: where the slices of processes lie in a store of records (store/records.hpp), so that all find them.
//
//   group  the day that the slice begins on, days since 1970
//   name   INSTANCE:LEVEL:BEGIN:LENGTH   (ledger.hpp; times in Unix milliseconds)
#pragma once

#include "analytics/ledger.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace weir::analytics {

inline constexpr Millis day = Millis{24} * 3'600'000;

struct SharedName {
  std::string instance;  // of a process
  SliceName slice;
  friend auto operator<=>(const SharedName&, const SharedName&) = default;
};

[[nodiscard]] std::string group_of(Millis begin);
[[nodiscard]] std::string text_of(const SharedName& name);
// Nothing when it is no such name.
[[nodiscard]] std::optional<SharedName> parse_shared_name(std::string_view text);

}  // namespace weir::analytics
