#include "store/regions/meeting.hpp"

#include <utility>

namespace weir::store {
namespace {

using How = RegionSaid::How;

How how_of(Status status) {
  switch (status) {
    case Status::decided:
    case Status::repeated:
    case Status::conflict:
      return How::answered;
    case Status::timeout:
      return How::timed_out;
    case Status::down:
    case Status::full:
      break;
  }
  return How::away;
}

}  // namespace

void Meeting::heard(std::size_t region, Answer& answer, bool in_reset, const RequestNames& names) {
  Heard& heard = heard_[region];
  heard.how = how_of(answer.status);
  heard.known = std::move(answer.known);
  heard.in_reset = in_reset;
  if (answer.status == Status::repeated) repeated_ = true;
  for (const auto& known : heard.known) {
    if (known != nullptr) names.find_under_way(*known, under_way_);
  }
}

std::vector<std::vector<RequestChange>> Meeting::part(std::size_t check, std::string_view request,
                                                      std::size_t decided_by, bool charged, bool others_too) const {
  static const Requests nothing;
  const auto known_by = [check](const Heard& heard) {
    return check < heard.known.size() ? heard.known[check].get() : nullptr;
  };
  std::vector<RegionSaid> said;
  for (const Heard& heard : heard_) {
    const Requests* const known = known_by(heard);
    said.push_back({.how = known != nullptr ? How::knows : heard.how, .known = heard.in_reset ? &nothing : known});
  }
  // Where it is a repetition, it was told of under its first name.
  std::int64_t units = 0;
  const Requests* const there = known_by(heard_[decided_by]);
  if (charged && !repeated_ && there != nullptr) {
    if (const auto found = there->find(std::string(request)); found != there->end()) units = found->second;
  }
  auto changes = reconcile(said, request, units, under_way_);
  if (!others_too) {
    for (auto& of_region : changes) {
      std::erase_if(of_region, [&](const RequestChange& change) { return change.request != request; });
    }
  }
  return changes;
}

}  // namespace weir::store
