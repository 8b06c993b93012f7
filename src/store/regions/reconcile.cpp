#include "store/regions/reconcile.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace weir::store {
namespace {

using How = RegionSaid::How;
using What = Amendment::What;

// All that is known of others. Where regions differ, somebody has written a wrong one: the larger is against the
// caller.
Requests all_of(std::span<const RegionSaid> regions, std::string_view own, const Names& under_way) {
  Requests all;
  for (const RegionSaid& region : regions) {
    if (region.how != How::knows) continue;
    for (const auto& [request, units] : *region.known) {
      if (request == own || under_way.contains(request)) continue;
      const auto [known, is_new] = all.emplace(request, units);
      if (!is_new) known->second = std::max(known->second, units);
    }
  }
  return all;
}

bool agree(std::span<const RegionSaid> regions) {
  const Requests* first = nullptr;
  for (const RegionSaid& region : regions) {
    if (region.how != How::knows) continue;
    if (first != nullptr && first != region.known && *first != *region.known) return false;
    first = region.known;
  }
  return true;
}

std::optional<std::int64_t> units_of(const RegionSaid& region, std::string_view request) {
  if (region.how != How::knows) return std::nullopt;
  const auto found = region.known->find(std::string(request));
  return found == region.known->end() ? std::nullopt : std::optional(found->second);
}

// Where it was taken somewhere, all are told that it counts nothing: were it dropped, one who saw it there would bring
// it back.
std::optional<RequestChange> change_of_own(const RegionSaid& region, std::string_view own, std::int64_t units,
                                           bool taken_somewhere) {
  if (units_of(region, own) == units) return std::nullopt;
  if (units != 0) return RequestChange{std::string(own), units, What::put};
  if (taken_somewhere && region.how != How::away) return RequestChange{std::string(own), 0, What::put};
  if (region.how == How::timed_out) return RequestChange{std::string(own), 0, What::drop};
  return std::nullopt;
}

}  // namespace

std::vector<std::vector<RequestChange>> reconcile(std::span<const RegionSaid> regions, std::string_view own,
                                                  std::int64_t units, const Names& under_way) {
  std::vector<std::vector<RequestChange>> changes(regions.size());
  const Requests others = agree(regions) ? Requests{} : all_of(regions, own, under_way);
  const bool taken_somewhere =
      std::ranges::any_of(regions, [own](const auto& one) { return units_of(one, own).has_value(); });
  for (std::size_t at = 0; at < regions.size(); ++at) {
    if (auto change = change_of_own(regions[at], own, units, taken_somewhere))
      changes[at].push_back(*std::move(change));
    if (regions[at].how != How::knows) continue;
    for (const auto& [request, taken] : others) {
      if (!regions[at].known->contains(request)) changes[at].push_back({request, taken, What::fill});
    }
  }
  return changes;
}

}  // namespace weir::store
