// slice_text.hpp: a slice as bytes, for where other processes read it, and back.
#pragma once

#include "analytics/recorder.hpp"
#include "analytics/slice.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weir::analytics {

// Numbers as LEB128 (signed ones zigzag), texts by their length: some 15 bytes a point and 3 a key beyond its text. Of
// each ranking the `most` keys with the largest counts; the largest of the others is its error then.
[[nodiscard]] std::string slice_text(const Slice& slice, std::size_t most);

// `hash` is that of the reader's own tables. Nothing when it is no such text: cut short, of another version, or with
// counts beyond what it could hold. Takes no more memory than the text's size allows.
[[nodiscard]] std::optional<Slice> read_slice(std::string_view text, const HashOfKey& hash);

}  // namespace weir::analytics
