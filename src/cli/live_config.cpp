#include "cli/live_config.hpp"

#include <filesystem>
#include <iostream>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/config_changes.hpp"
#include "cli/config_file.hpp"
#include "cli/rollout_plan.hpp"
#include "gateway/envoy_discovery.hpp"
#include "gateway/live_files.hpp"

namespace weir::cli {

namespace {

using std::chrono::milliseconds;

constexpr auto look_every = std::chrono::seconds(2);  // for what no watch tells
constexpr auto step_poll = milliseconds(10);
constexpr auto try_again_after = std::chrono::seconds(5);
constexpr auto certificate_patience = std::chrono::seconds(5);

// In one piece: others write to the same place.
void say(const std::string& sentence) { std::cerr << "weir: " + sentence + "\n"; }

std::vector<std::filesystem::path> certificate_files(const config::Config& config) {
  if (!config.tls) return {};
  return {config.tls->certificate, config.tls->key};
}

// A pipe (`weir up -c <(...)`) can be read once.
std::vector<std::filesystem::path> followed(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  const bool once = std::filesystem::is_fifo(status) || std::filesystem::is_character_file(status);
  return once ? std::vector<std::filesystem::path>{} : std::vector<std::filesystem::path>{path};
}

}  // namespace

LiveConfig::LiveConfig(std::string path, config::Config config, PortClaims claims, const RunFolder& folder,
                       gateway::RenderOptions render)
    : path_(std::move(path)),
      in_force_(std::move(config)),
      claims_(std::move(claims)),
      folder_(&folder),
      render_(std::move(render)),
      envoy_(render_.admin_socket),
      config_watch_(followed(path_)),
      certificate_watch_(certificate_files(in_force_)) {
  if (!followed(path_).empty()) config_settling_.changed(looked_);  // what changed since it was read
}

std::expected<void, std::string> LiveConfig::write() const {
  const gateway::LiveFiles files = gateway::live_files(in_force_, render_);
  namespace live_file = gateway::live_file;
  for (const auto& [name, text] : {std::pair(live_file::settings, gateway::live_settings(in_force_, generation_)),
                                   {live_file::clusters, files.clusters.text},
                                   {live_file::filters, files.filters.text},
                                   {live_file::routes, files.routes.text},
                                   {live_file::secrets, files.secrets.text},
                                   {live_file::listeners, files.listeners.text}}) {
    if (auto written = folder_->write(name, text); !written) return written;
  }
  return {};
}

milliseconds LiveConfig::patience() const {
  if (rollout_ || rotation_) return step_poll;
  Clock::time_point next = looked_ + look_every;
  for (const Settling* settling : {&config_settling_, &certificate_settling_}) {
    if (const auto when = settling->when()) next = std::min(next, *when);
  }
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(next - Clock::now()));
}

void LiveConfig::step() {
  look();
  if (rollout_) return go_on(*rollout_);
  if (rotation_) return see_certificate(*rotation_);
  if (back_at_ && Clock::now() >= *back_at_) return go_back();
  if (config_settling_.settled(Clock::now())) return reload();
  if (certificate_settling_.settled(Clock::now())) return read_certificate_again();
}

void LiveConfig::look() {
  looked_ = Clock::now();
  if (config_watch_.look()) config_settling_.changed(looked_);
  if (certificate_watch_.look()) certificate_settling_.changed(looked_);
}

// ---- a changed config

void LiveConfig::reload() {
  auto read = load_config(path_);
  if (!read) return refuse(read.error());
  auto claims = claims_for(*read);
  if (!claims) return refuse("weir: " + claims.error() + '\n');
  const ConfigChanges changes = config_changes(in_force_, *read, render_);
  if (changes.effects.empty()) {
    if (!changes.after_restart.empty()) say(path_ + ": " + to_string(changes));
    refused_.clear();
    in_force_ = std::move(*read);
    return;
  }
  roll_out(std::move(*read), std::move(*claims));
}

void LiveConfig::refuse(const std::string& why) {
  if (why == std::exchange(refused_, why)) return;
  std::cerr << why;
  say(path_ + " is refused; what was in force stays in force.");
  envoy_.count_refused();
}

std::expected<PortClaims, std::string> LiveConfig::claims_for(config::Config& next) const {
  PortClaims claims;
  if (to_string(next.listen) != to_string(in_force_.listen)) {
    auto claim = ListenClaim::make(next.listen);
    if (!claim) return std::unexpected(claim.error());
    claims.listen = std::move(*claim);
  }
  const bool same_admin =
      next.admin && in_force_.admin && to_string(next.admin->address) == to_string(in_force_.admin->address);
  if (next.admin && !same_admin) {
    auto claim = ListenClaim::make(next.admin->address, "admin");
    if (claim) {
      claims.admin = std::move(*claim);
    } else if (next.admin->written) {
      return std::unexpected(claim.error());
    } else {
      next.admin.reset();  // as at the start: the default gives way
    }
  }
  return claims;
}

void LiveConfig::roll_out(config::Config next, PortClaims claims) {
  // Half-way back from a rollout that failed, nothing is known of what the files hold.
  const auto plan = back_at_ ? full_rollout_plan : rollout_plan;
  back_at_.reset();
  Rollout& rollout = rollout_.emplace(plan(in_force_, next, render_, ++generation_), *folder_, envoy_);
  next_ = std::move(next);
  next_claims_ = std::move(claims);
  go_on(rollout);
}

void LiveConfig::go_on(Rollout& rollout) {
  const Rollout::State state = rollout.go();
  if (state == Rollout::State::going) return;
  const std::string failure = rollout.failure();
  const bool counted = rollout.refused_by_module();
  rollout_.reset();
  const std::optional<config::Config> next = std::exchange(next_, std::nullopt);
  if (state == Rollout::State::done) {
    if (next) finish(*next);
  } else if (next) {
    say(path_ + " is refused: " + failure + "; what was in force stays in force.");
    if (!counted) envoy_.count_refused();
    next_claims_ = {};
    failed_ = *next;
    go_back();
  } else {
    say("cannot go back to what was in force: " + failure + "; trying again");
    back_at_ = Clock::now() + try_again_after;
  }
}

void LiveConfig::finish(const config::Config& next) {
  say("applied " + path_ + ": " + to_string(config_changes(in_force_, next, render_)));
  if (next_claims_.listen) claims_.listen = std::move(next_claims_.listen);
  if (next_claims_.admin || !next.admin) claims_.admin = std::move(next_claims_.admin);
  next_claims_ = {};
  in_force_ = next;
  refused_.clear();
  certificate_watch_.watch(certificate_files(in_force_));
}

void LiveConfig::go_back() {
  back_at_.reset();
  rollout_.emplace(full_rollout_plan(failed_, in_force_, render_, ++generation_), *folder_, envoy_);
}

// ---- a changed certificate

void LiveConfig::read_certificate_again() {
  rotation_ = {.before = envoy_.certificate().value_or(EnvoyAdmin::Certificate{}), .since = Clock::now()};
  // The same text: that a file is renamed into the folder is what makes Envoy look.
  const auto written =
      folder_->write(gateway::live_file::secrets, gateway::live_files(in_force_, render_).secrets.text);
  if (written) return;
  say(written.error());
  rotation_.reset();
}

void LiveConfig::see_certificate(const Rotation& rotation) {
  const auto now = envoy_.certificate();
  const bool read = now && now->reads != rotation.before.reads;
  if (!read && Clock::now() - rotation.since < certificate_patience) return;
  const bool refused = !read || now->failures != rotation.before.failures;
  say(refused ? "the changed certificate of `listen` can't be used; the one before stays."
              : "read the changed certificate of `listen`.");
  rotation_.reset();
}

}  // namespace weir::cli
