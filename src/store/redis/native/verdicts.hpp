// verdicts.hpp: what a script found and decided, as verdicts: computed by the code of limits/, from the same state at
// the same time. Where the two should ever disagree, the script's word counts: it is what was written.
#pragma once

#include "store/redis/native/space.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace weir::store::redis::native {

// The whole numbers of a reply, one after the other. A number that is not there is 0, and `complete` becomes false.
class Found {
 public:
  explicit Found(std::span<const std::int64_t> numbers) : numbers_(numbers) {}
  [[nodiscard]] std::int64_t next() {
    if (at_ < numbers_.size()) return numbers_[at_++];
    complete_ = false;
    return 0;
  }
  [[nodiscard]] std::int64_t peek() const { return at_ < numbers_.size() ? numbers_[at_] : 0; }
  void skip(std::size_t count) {
    complete_ = complete_ && count <= numbers_.size() - at_;
    at_ = std::min(numbers_.size(), at_ + count);
  }
  [[nodiscard]] bool at_end() const { return complete_ && at_ == numbers_.size(); }

 private:
  std::span<const std::int64_t> numbers_;
  std::size_t at_ = 0;
  bool complete_ = true;
};

// Of a list of integers, or of a text of numbers with spaces between them; nothing when it is neither.
[[nodiscard]] std::optional<std::vector<std::int64_t>> numbers_in(std::span<const Value> items);
[[nodiscard]] std::optional<std::vector<std::int64_t>> numbers_in(std::string_view text);

// As native_each.lua and native_each_log.lua reply: one key, its costs.
void read_key(const Decider& decider, Instant now, std::span<const std::int64_t> costs, Found& found,
              std::span<Verdict> verdicts);

// As native_joint.lua replies: one check. `before`: what earlier checks take from the same counter.
struct Judged {
  Verdict alone;  // of the check itself
  Verdict rest;   // of the key as it is
};
[[nodiscard]] Judged read_check(const Decider& decider, Instant now, std::int64_t before, std::int64_t cost,
                                Found& found);

[[nodiscard]] Instant at_micros(std::int64_t micros);

}  // namespace weir::store::redis::native
