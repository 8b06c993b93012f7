// owned_call.hpp: a Call that owns its id and its list of checks; the keys' text stays with whoever asks, until the
// answer.
#pragma once

#include "store/store.hpp"

#include <string>
#include <vector>

namespace weir::store::redis {

class OwnedCall {
 public:
  explicit OwnedCall(const Call& call) : checks_(call.checks.begin(), call.checks.end()), id_(call.id), terms_(call) {}

  [[nodiscard]] Call view() const {
    Call call = terms_;
    call.checks = checks_;
    call.id = id_;
    return call;
  }

 private:
  std::vector<Check> checks_;
  std::string id_;
  Call terms_;
};

}  // namespace weir::store::redis
