// meeting.hpp: one call's part in bringing regions together that keep requests one by one: each answer says which
// requests the region knows, so that one that lacks some can be told. What is under way is left out: whoever asked for
// it tells of it, or that it took nothing after all.
#pragma once

#include "store/owned_key.hpp"
#include "store/regions/reconcile.hpp"
#include "store/regions/request_names.hpp"
#include "store/regions/space.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace weir::store {

class Meeting {
 public:
  explicit Meeting(std::size_t regions) : heard_(regions) {}

  // A region's answer. `in_reset`: what it knows is about to be forgotten.
  void heard(std::size_t region, Answer& answer, bool in_reset, const RequestNames& names);
  // All have answered, or failed. `decided_by`: the region whose answer counts, and whether it has charged what it
  // says that it knows. Of the nth check, whose request is called so: a list of changes for each region.
  [[nodiscard]] std::vector<std::vector<RequestChange>> part(std::size_t check, std::string_view request,
                                                             std::size_t decided_by, bool charged,
                                                             bool others_too) const;

 private:
  struct Heard {
    RegionSaid::How how = RegionSaid::How::away;
    std::vector<std::shared_ptr<const Requests>> known{};
    bool in_reset = false;
  };
  std::vector<Heard> heard_;
  Names under_way_;
  bool repeated_ = false;
};

}  // namespace weir::store
