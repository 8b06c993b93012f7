// holds.hpp: reservations that not every region holds. Where one is not held, its units were charged by force; when it
// is settled, what was not used is given back there the same way.
//
// An id is here from its question until every region is known to hold it; else until it is settled or forgotten by the
// regions that do. Bounded: beyond max_ids what a region does not hold stays charged there, used or not.
#pragma once

#include "store/owned_key.hpp"
#include "store/regions/region.hpp"
#include "store/regions/space.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir::store {

struct HeldPart {
  std::shared_ptr<const RegionsSpace> space;
  OwnedKey key;
  std::int64_t amount = 0;
};

class Holds {
 public:
  static constexpr std::size_t max_ids = 100'000;

  explicit Holds(std::span<const std::shared_ptr<Region>> regions) : regions_(regions.begin(), regions.end()) {}

  // False when the id is known already: it is asked again.
  [[nodiscard]] bool asked(std::string_view id, std::vector<HeldPart> parts, Instant now, Nanos lease);
  // It was refused, or decided before.
  void forget(std::string_view id);
  void known(std::string_view id, std::size_t region, bool held, Instant now);
  // Gives back, or charges, where it is not held; those regions need not be told.
  [[nodiscard]] std::vector<bool> settled(std::string_view id, std::span<const std::int64_t> amounts, Instant now);
  // Which regions do not hold it.
  [[nodiscard]] std::vector<bool> renewed(std::string_view id, Nanos lease, Instant now);

  [[nodiscard]] std::size_t ids() const;

 private:
  struct Hold {
    std::vector<HeldPart> parts;
    std::vector<bool> absent;  // by region
    std::size_t unknown = 0;   // regions that have not answered yet
    bool any_absent = false;
    std::optional<std::vector<std::int64_t>> used{};  // once settled
    Instant at{};
    Instant until{};
  };
  struct ByText {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  void make_up(const Hold& hold, std::size_t region, Instant now);
  [[nodiscard]] bool has_room(Instant now);

  const std::vector<std::shared_ptr<Region>> regions_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Hold, ByText, std::equal_to<>> holds_;
  Instant swept_{};
};

}  // namespace weir::store
