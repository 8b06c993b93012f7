// gathered.hpp: an operation that every region is asked for, and what is made of their answers.
#pragma once

#include "store/store.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace weir::store {

class Gathered {
 public:
  using Done = std::move_only_function<void(Settled)>;
  using AfterAll = std::move_only_function<void(std::vector<std::size_t> failed, bool any_done)>;

  // `at_once`: the first region that did it, or says that it must not be done, decides; else all are waited for.
  // `after_all` is told which regions could not be asked, once all have answered.
  Gathered(std::size_t regions, bool at_once, Done done, AfterAll after_all)
      : left_(regions), at_once_(at_once), done_(std::move(done)), after_all_(std::move(after_all)) {}

  void answered(std::size_t region, const Settled& how);

 private:
  std::mutex mutex_;
  std::size_t left_;
  const bool at_once_;
  Done done_;  // empty once it was called
  AfterAll after_all_;
  std::optional<Settled> best_;  // done or conflict; else unknown
  std::vector<std::size_t> failed_;
};

}  // namespace weir::store
