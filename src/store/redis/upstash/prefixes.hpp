// prefixes.hpp: the prefixes that limits of this process use. A limit's first rule is its base: the dynamic limit
// stands in its place, and not in that of overrides.
#pragma once

#include "store/redis/upstash/space.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis::upstash {

// Safe from any thread. Knows a prefix as long as the first space that was opened with it lives.
class Prefixes {
 public:
  [[nodiscard]] std::shared_ptr<const UpstashSpace> open(std::string_view prefix, const Rule& rule, const Terms& terms);
  // With their colon: those that begin with this one and go on.
  [[nodiscard]] std::vector<std::string> longer_than(std::string_view prefix) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::weak_ptr<const UpstashSpace>, std::less<>> bases_;
};

}  // namespace weir::store::redis::upstash
