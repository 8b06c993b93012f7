// What another process has left in Redis, or who pretends to be one: a slice and its name are refused or read, what is
// read is written and read again as the same, and adds up with itself.
#include "analytics/slice_name.hpp"
#include "analytics/slice_text.hpp"

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace weir::analytics;  // NOLINT(google-build-using-namespace)

void require(bool holds) {
  if (!holds) std::abort();
}

bool same(const Slice& one, const Slice& other) {
  if (one.models != other.models || one.lambdas != other.lambdas || one.limits.size() != other.limits.size())
    return false;
  for (const auto& [name, part] : one.limits) {
    const auto found = other.limits.find(name);
    if (found == other.limits.end() || found->second.points != part.points) return false;
    for (std::size_t at = 0; at < rankings; ++at) {
      if (found->second.tops[at].size() != part.tops[at].size()) return false;
      if (found->second.tops[at].error() != part.tops[at].error()) return false;
    }
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto name = parse_shared_name(text)) require(parse_shared_name(text_of(*name)) == name);

  const HashOfKey hash = [](std::string_view key) { return std::hash<std::string_view>()(key); };
  std::optional<Slice> slice = read_slice(text, hash);
  if (!slice) return 0;
  const std::optional<Slice> again = read_slice(slice_text(*slice, size), hash);
  require(again && same(*slice, *again));
  slice->add(*again, 1'024, 60'000);
  require(slice->models.size() == again->models.size() || again->models.size() >= most_models);
  return 0;
}
