// rollout.hpp: takes the steps of a plan, each once Envoy says that the one before is in force.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/envoy_admin.hpp"
#include "cli/rollout_plan.hpp"
#include "cli/run_folder.hpp"

namespace weir::cli {

class Rollout {
 public:
  // Both outlive it.
  Rollout(std::vector<RolloutStep> steps, const RunFolder& folder, const EnvoyAdmin& admin)
      : steps_(std::move(steps)), folder_(&folder), admin_(&admin) {}

  enum class State : std::uint8_t { going, done, failed };
  // Goes as far as it can without waiting; ask again in a moment.
  State go();
  [[nodiscard]] const std::string& failure() const { return failure_; }        // a sentence
  [[nodiscard]] bool refused_by_module() const { return refused_by_module_; }  // which has counted it then

 private:
  enum class Step : std::uint8_t { waits, in_force, refused };
  bool write(const RolloutStep& step);
  Step look(const RolloutStep& step);
  State fail(std::string sentence);

  std::vector<RolloutStep> steps_;
  const RunFolder* folder_;
  const EnvoyAdmin* admin_;
  std::size_t next_ = 0;
  bool written_ = false;  // steps_[next_]
  std::chrono::steady_clock::time_point since_{};
  std::uint64_t refusals_before_ = 0;
  std::string error_before_;
  std::string failure_;
  bool refused_by_module_ = false;
};

}  // namespace weir::cli
