// parts.hpp: how a call with an id lies over the slots of a Cluster, and the note of it, NS:parts:{ID}, by which any
// process settles and renews what another one holds. The note is written before the first part is charged.
//
// As text, part by part: "HELD SIZE:TAG;" with the hash tag of its record, SIZE bytes, and for each check that the
// record holds, in order: `h3` for the amount 3 of those that its caller settles, `k5` for what keeps its cost of 5.
#pragma once

#include "store/redis/layout/layout.hpp"
#include "store/redis/resp/command.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {

// What one record holds of one check.
struct HeldCheck {
  bool settled_by_caller = false;
  std::int64_t number = 0;  // which of the caller's amounts; or what it keeps
  friend bool operator==(const HeldCheck&, const HeldCheck&) = default;
};

struct Part {
  std::string tag;
  std::vector<HeldCheck> held{};
  friend bool operator==(const Part&, const Part&) = default;
};

[[nodiscard]] std::string parts_text(std::span<const Part> parts);
[[nodiscard]] std::optional<std::vector<Part>> parts_of(std::string_view text);

// What the caller's amounts, one for all or one for each check that it held, are for this part. None when there are too
// few of them.
[[nodiscard]] std::optional<std::vector<std::int64_t>> amounts_of(const Part& part,
                                                                  std::span<const std::int64_t> amounts);
[[nodiscard]] bool is_settled_by_caller(std::span<const Part> parts);

// How long an id is remembered.
[[nodiscard]] Nanos memory_of(Nanos lease);

[[nodiscard]] ScriptCall write_parts(std::string_view name_space, std::string_view id, std::string_view text,
                                     Nanos lease);
// With a lease: remembers them for that long again.
[[nodiscard]] ScriptCall read_parts(std::string_view name_space, std::string_view id,
                                    std::optional<Nanos> lease = std::nullopt);

}  // namespace weir::store::redis
