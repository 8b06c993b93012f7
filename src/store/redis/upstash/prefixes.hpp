// prefixes.hpp: the prefixes that limits of this process use. A limit's first rule is its base: the dynamic limit
// stands in its place, and not in that of overrides. Of the rules of a prefix the base is the one that was opened first
// of those that live: when a limiter takes another's place, its own base, once the other one is gone.
#pragma once

#include "store/redis/upstash/space.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis::upstash {

// Safe from any thread. Knows a prefix as long as any space of it lives.
class Prefixes {
 public:
  [[nodiscard]] std::shared_ptr<const UpstashSpace> open(std::string_view prefix, const Rule& rule, const Terms& terms);
  // With their colon: those that begin with this one and go on.
  [[nodiscard]] std::vector<std::string> longer_than(std::string_view prefix) const;

 private:
  using Living = std::map<std::uint64_t, const UpstashSpace*>;  // in the order they were opened; never empty

  // Spaces outlive the layout that opened them.
  struct Known {
    void ended(const UpstashSpace& space, std::uint64_t number);

    std::mutex mutex{};
    std::uint64_t last = 0;
    std::map<std::string, Living, std::less<>> by_prefix{};
  };

  const std::shared_ptr<Known> known_ = std::make_shared<Known>();
};

}  // namespace weir::store::redis::upstash
