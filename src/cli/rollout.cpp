#include "cli/rollout.hpp"

#include <utility>

namespace weir::cli {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto patience = std::chrono::seconds(10);      // a step takes milliseconds; a thousand routes half a second
constexpr auto warm_patience = std::chrono::seconds(5);  // for names to be looked up; then as it would be at a start
constexpr auto error_patience = std::chrono::milliseconds(500);  // by then an error is not the one of the time before

}  // namespace

Rollout::State Rollout::fail(std::string sentence) {
  failure_ = std::move(sentence);
  return State::failed;
}

bool Rollout::write(const RolloutStep& step) {
  if (step.what == settings_step) {
    const auto status = admin_->module_status();
    error_before_ = status ? status->error : "";
  } else if (!step.statistics.empty()) {
    const auto delivered = admin_->delivered(step.statistics);
    refusals_before_ = delivered ? delivered->refusals : 0;
  }
  if (auto written = folder_->write(step.file, step.text); !written) {
    failure_ = std::move(written).error();
    return false;
  }
  written_ = true;
  since_ = Clock::now();
  return true;
}

Rollout::Step Rollout::look(const RolloutStep& step) {
  if (step.what == settings_step) {
    const auto status = admin_->module_status();
    if (!status) return Step::waits;
    if (std::to_string(status->generation) == step.version) return Step::in_force;
    const bool fresh = status->error != error_before_ || Clock::now() - since_ > error_patience;
    if (status->error.empty() || !fresh) return Step::waits;
    failure_ = status->error;
    refused_by_module_ = true;
    return Step::refused;
  }
  if (step.statistics.empty()) return Step::in_force;
  const auto delivered = admin_->delivered(step.statistics);
  if (!delivered) return Step::waits;
  if (delivered->version == step.version) {
    const bool warm =
        step.statistics != upstream_statistics || Clock::now() - since_ > warm_patience || admin_->clusters_are_warm();
    return warm ? Step::in_force : Step::waits;
  }
  if (delivered->refusals == refusals_before_) return Step::waits;
  failure_ = "Envoy does not accept " + step.what;
  return Step::refused;
}

Rollout::State Rollout::go() {
  while (next_ < steps_.size()) {
    const RolloutStep& step = steps_[next_];
    if (!written_ && !write(step)) return State::failed;
    switch (look(step)) {
      case Step::in_force:
        ++next_;
        written_ = false;
        break;
      case Step::refused:
        return State::failed;
      case Step::waits:
        if (Clock::now() - since_ < patience) return State::going;
        return fail("Envoy did not take " + step.what + " within 10 s");
    }
  }
  return State::done;
}

}  // namespace weir::cli
