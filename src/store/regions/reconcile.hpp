// reconcile.hpp: what each region has to be told so that all know the same requests of a key. Pure.
#pragma once

#include "store/regions/request_names.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store {

// What one region said of a key, or did not.
struct RegionSaid {
  enum class How : std::uint8_t {
    knows,      // `known`
    answered,   // it did not do it, and does not say what it knows
    timed_out,  // whether it did it is not known
    away,       // it did not do it
  };
  How how = How::away;
  const Requests* known = nullptr;
};

struct RequestChange {
  std::string request;
  std::int64_t units = 0;
  Amendment::What what = Amendment::What::fill;
  friend bool operator==(const RequestChange&, const RequestChange&) = default;
};

// The request `own` has taken `units` by the answer that decided, 0 when that was nothing. Of what the others took,
// regions that differ are given what they lack, but for `under_way`, which somebody else looks after. One list a
// region.
[[nodiscard]] std::vector<std::vector<RequestChange>> reconcile(std::span<const RegionSaid> regions,
                                                                std::string_view own, std::int64_t units,
                                                                const Names& under_way);

}  // namespace weir::store
