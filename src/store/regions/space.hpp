// space.hpp: the keys of one rule in every region.
#pragma once

#include "store/owed/books.hpp"
#include "store/store.hpp"

#include <memory>
#include <vector>

namespace weir::store {

class RegionsSpace final : public Space, public std::enable_shared_from_this<RegionsSpace> {
 public:
  struct There {
    std::shared_ptr<const Space> space;
    std::shared_ptr<const Book> book;  // none of concurrency: a slot can't be taken by force
  };
  RegionsSpace(const Rule& rule, std::vector<There> regions) : Space(rule), regions_(std::move(regions)) {}

  [[nodiscard]] const There& in(std::size_t region) const { return regions_[region]; }

 private:
  std::vector<There> regions_;
};

}  // namespace weir::store
