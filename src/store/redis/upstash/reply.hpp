// reply.hpp: what the scripts of layout upstash answer, as verdicts.
#pragma once

#include "limits/verdict.hpp"
#include "store/redis/resp/value.hpp"
#include "store/redis/upstash/decide.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace weir::store::redis::upstash {

// Four texts that scripts say of a key: the effective limit, the state they found, and how each cost fared.
struct Found {
  std::int64_t limit = 0;
  State state;
  std::string_view flags;  // one a cost: 1 taken, 0 refused, d denied, w something else is at this key
};
inline constexpr std::size_t found_items = 4;
// Over several regions the fields of the window follow as a fifth item.
inline constexpr std::size_t region_found_items = 5;
[[nodiscard]] std::shared_ptr<const Requests> read_requests(const Value& fields);  // none: they were not said

[[nodiscard]] std::optional<Found> read_found(std::span<const Value> items);  // found_items of them
// As upstash_each.lua says it: the limit once for all, the others with " " between them.
[[nodiscard]] std::optional<Found> read_found(const Value& limit, const Value& key);

// Of each cost, taken one after the other; not decided() where something else is at the key. Where Lua and C++ should
// ever differ, Lua's flag wins.
void tell(const Terms& terms, const Found& found, std::span<const std::int64_t> costs, Instant now,
          std::span<limits::Verdict> verdicts);

}  // namespace weir::store::redis::upstash
