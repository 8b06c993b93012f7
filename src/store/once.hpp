// once.hpp: what only one of all processes that share a store may do.
#pragma once

#include "limits/verdict.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace weir::store {

enum class Claim : std::uint8_t {
  ours,     // nobody had it: it is ours until its time is over
  taken,    // by another one, or by ourselves before
  unknown,  // the store did not say
};

// Safe from any thread.
class Once {
 public:
  virtual ~Once() = default;

  // `name` is data, any byte; `lasts` > 0: after it the name is free again. `done` is called exactly once, on any
  // thread, within a second and a little.
  virtual void claim(std::string_view name, limits::Nanos lasts, std::move_only_function<void(Claim)> done) = 0;
};

}  // namespace weir::store
