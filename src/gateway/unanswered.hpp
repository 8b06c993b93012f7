// unanswered.hpp: what waits for a store, as long as it may.
#pragma once

namespace weir::gateway {

class Unanswered {
 public:
  virtual ~Unanswered() = default;
  // From any thread: no time is left.
  virtual void expire() = 0;
};

}  // namespace weir::gateway
