// verdicts.hpp: what a script found and decided, as verdicts: computed by the code of limits/, from the same state at
// the same time. Where the two should ever disagree, the script's word counts: it is what was written.
#pragma once

#include "store/redis/native/space.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace weir::store::redis::native {

// Whole numbers in a text, a space between them. One that is not there is 0, and `complete` becomes false.
class Found {
 public:
  explicit Found(std::string_view text) : text_(text) {}
  [[nodiscard]] std::int64_t next();
  [[nodiscard]] bool more() const { return !text_.empty(); }
  [[nodiscard]] bool at_end() const { return complete_ && !more(); }

 private:
  std::string_view text_;
  bool complete_ = true;
};

// The fields of a text, ";" between them.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}
  [[nodiscard]] std::string_view next();
  [[nodiscard]] bool more() const { return more_; }

 private:
  std::string_view text_;
  bool more_ = true;
};

// As native_each.lua and native_each_log.lua reply: one key, its costs. False when the fields are not theirs.
[[nodiscard]] bool read_key(const Decider& decider, Instant now, std::span<const std::int64_t> costs, Fields& fields,
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
