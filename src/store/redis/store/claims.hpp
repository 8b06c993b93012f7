// claims.hpp: what only one of all processes may do, by who sets a key first:
//   NS:once:NAME   text "1"; SET NX PX: its TTL is how long the claim lasts
#pragma once

#include "store/once.hpp"
#include "store/redis/store/store_core.hpp"

#include <memory>
#include <string>

namespace weir::store::redis {

class Claims final : public Once {
 public:
  explicit Claims(const std::shared_ptr<StoreCore>& core)
      : core_(core), prefix_(core->options().name_space + ":once:") {}

  void claim(std::string_view name, limits::Nanos lasts, std::move_only_function<void(Claim)> done) override;

 private:
  const std::weak_ptr<StoreCore> core_;  // gone: nothing is known
  const std::string prefix_;
};

}  // namespace weir::store::redis
