// request_names.hpp: what requests are called where a store keeps them one by one, and which are under way. Safe from
// any thread.
#pragma once

#include "store/store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>

namespace weir::store {

// 16 of A-Z a-z 0-9, as @upstash/ratelimit draws them, out of 128 random bits.
[[nodiscard]] std::string request_name(std::uint64_t high, std::uint64_t low);

using Names = std::set<std::string, std::less<>>;

// Under way as long as somebody holds it: until all regions have been told what became of it.
using RequestName = std::shared_ptr<const std::string>;

class RequestNames {
 public:
  RequestNames();
  // Never the same again.
  [[nodiscard]] RequestName draw();
  // Those of `known` that are under way.
  void find_under_way(const Requests& known, Names& found) const;

 private:
  struct Drawn;
  const std::shared_ptr<Drawn> drawn_;
};

}  // namespace weir::store
