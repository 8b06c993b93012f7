// live_config.hpp: the config that a running gateway follows. A changed file that is valid is rolled out; one that is
// not is refused with its errors, and whatever goes wrong, what was in force before stays in force or comes back.
//
//   following --file changed, quiet again--> reads, checks --valid--> rolling out --every step in force--> following
//       ^__________________________________________/ refused              \--a step failed--> going back --/
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "cli/envoy_admin.hpp"
#include "cli/file_watch.hpp"
#include "cli/ports.hpp"
#include "cli/rollout.hpp"
#include "cli/run_folder.hpp"
#include "cli/settling.hpp"
#include "config/config.hpp"
#include "gateway/render_options.hpp"

namespace weir::cli {

class LiveConfig {
 public:
  // `folder` outlives it; render.folder and render.admin_socket are in it.
  LiveConfig(std::string path, config::Config config, PortClaims claims, const RunFolder& folder,
             gateway::RenderOptions render);

  // The files for Envoy's start. The error is a sentence.
  [[nodiscard]] std::expected<void, std::string> write() const;

  [[nodiscard]] const config::Config& in_force() const { return in_force_; }
  [[nodiscard]] const EnvoyAdmin& envoy() const { return envoy_; }

  // While Envoy serves: readable when there is news (each a watch of its own), and the longest time until step().
  [[nodiscard]] int config_fd() const { return config_watch_.fd(); }
  [[nodiscard]] int certificate_fd() const { return certificate_watch_.fd(); }
  [[nodiscard]] std::chrono::milliseconds patience() const;
  void step();  // says on stderr what it did

  // So that the next gateway can take them while this one finishes its requests.
  void release_ports() { claims_ = {}; }

 private:
  using Clock = std::chrono::steady_clock;

  struct Rotation {
    EnvoyAdmin::Certificate before;
    Clock::time_point since;
  };

  void look();
  void reload();
  void refuse(const std::string& why);
  [[nodiscard]] std::expected<PortClaims, std::string> claims_for(config::Config& next) const;
  void roll_out(config::Config next, PortClaims claims);
  void go_on(Rollout& rollout);
  void finish(const config::Config& next);
  void go_back();
  void read_certificate_again();
  void see_certificate(const Rotation& rotation);

  std::string path_;
  config::Config in_force_;
  PortClaims claims_;
  const RunFolder* folder_;
  gateway::RenderOptions render_;
  EnvoyAdmin envoy_;

  FileWatch config_watch_;
  FileWatch certificate_watch_;
  Settling config_settling_;
  Settling certificate_settling_;
  Clock::time_point looked_ = Clock::now();

  std::optional<Rollout> rollout_;
  std::optional<config::Config> next_;  // what is rolled out; none: back to in_force_
  PortClaims next_claims_;
  config::Config failed_;                     // what was rolled out in vain
  std::optional<Clock::time_point> back_at_;  // when to try again to go back
  std::uint64_t generation_ = 1;
  std::string refused_;  // why, the last time; the same once more is not worth saying

  std::optional<Rotation> rotation_;
};

}  // namespace weir::cli
