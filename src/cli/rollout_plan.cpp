#include "cli/rollout_plan.hpp"

#include <map>
#include <utility>

#include "gateway/envoy_discovery.hpp"
#include "gateway/live_files.hpp"

namespace weir::cli {

namespace {

using gateway::Discovery;
namespace live_file = gateway::live_file;

class Plan {
 public:
  explicit Plan(std::map<std::string, std::string> versions) : versions_(std::move(versions)) {}

  // Adds the step unless the file holds that already.
  void write(std::string what, const char* file, Discovery content, std::string statistics) {
    std::string& version = versions_[file];
    if (version == content.version) return;
    version = content.version;
    steps_.push_back({.what = std::move(what),
                      .file = file,
                      .text = std::move(content.text),
                      .version = std::move(content.version),
                      .statistics = std::move(statistics)});
  }
  std::vector<RolloutStep> take() { return std::move(steps_); }

 private:
  std::map<std::string, std::string> versions_;  // of what each file holds, as far as the steps have come
  std::vector<RolloutStep> steps_;
};

std::vector<RolloutStep> steps(Plan plan, const config::Config& from, const config::Config& to,
                               const gateway::RenderOptions& render, std::uint64_t generation) {
  gateway::LiveFiles files = gateway::live_files(to, render);
  plan.write("the upstreams", live_file::clusters, gateway::clusters_of_both(from, to, render), upstream_statistics);
  plan.write("jwt", live_file::filters, gateway::filters_of_both(from, to),
             "extension_config_discovery.http_filter.weir_jwt");
  plan.write(settings_step, live_file::settings,
             {.version = std::to_string(generation), .text = gateway::live_settings(to, generation)}, {});
  plan.write("the routes", live_file::routes, std::move(files.routes), "http.weir.rds.weir");
  if (to.tls) {
    // Without TLS before, nobody reads it until the listener says so.
    plan.write("the certificate", live_file::secrets, std::move(files.secrets), from.tls ? "sds.weir_listen" : "");
  }
  plan.write("the listeners", live_file::listeners, std::move(files.listeners), "listener_manager.lds");
  plan.write("jwt", live_file::filters, std::move(files.filters), "extension_config_discovery.http_filter.weir_jwt");
  plan.write("the upstreams", live_file::clusters, std::move(files.clusters), upstream_statistics);
  return plan.take();
}

}  // namespace

std::vector<RolloutStep> rollout_plan(const config::Config& from, const config::Config& to,
                                      const gateway::RenderOptions& render, std::uint64_t generation) {
  const gateway::LiveFiles files = gateway::live_files(from, render);
  return steps(Plan({{live_file::clusters, files.clusters.version},
                     {live_file::filters, files.filters.version},
                     {live_file::routes, files.routes.version},
                     {live_file::secrets, files.secrets.version},
                     {live_file::listeners, files.listeners.version}}),
               from, to, render, generation);
}

std::vector<RolloutStep> full_rollout_plan(const config::Config& from, const config::Config& to,
                                           const gateway::RenderOptions& render, std::uint64_t generation) {
  return steps(Plan({}), from, to, render, generation);
}

}  // namespace weir::cli
