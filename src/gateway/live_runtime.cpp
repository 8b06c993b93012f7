#include "gateway/live_runtime.hpp"

#include "gateway/alert_settings.hpp"
#include "gateway/store_reference.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace weir::gateway {

namespace {

Settings ready_settings(std::string_view json) {
  Settings settings = read_settings(json);
  resolve_store(settings.store, config::process_environment());
  resolve_alerts(settings.alerts, config::process_environment());
  return settings;
}

}  // namespace

LiveRuntime::LiveRuntime(std::string_view settings, Note note)
    : applied_(settings),
      note_(std::move(note)),
      runtime_(std::make_shared<Runtime>(ready_settings(settings), nullptr, note_)) {
  Runtime::install(runtime_);
}

LiveRuntime::~LiveRuntime() { Runtime::install(nullptr); }

void LiveRuntime::offer(const std::expected<std::string, std::string>& settings) {
  if (!settings) return refuse(settings.error());
  if (*settings == applied_) return error_.clear();
  if (*settings == refused_ && !error_.empty()) return;
  try {
    apply(*settings);
  } catch (const std::exception& error) {
    refused_ = *settings;
    refuse(error.what());
  }
}

void LiveRuntime::apply(const std::string& settings) {
  runtime_ = std::make_shared<Runtime>(ready_settings(settings), *runtime_);
  Runtime::install(runtime_);
  applied_ = settings;
  error_.clear();
  runtime_->metrics().reloads_applied.add();
  for (const std::string& note : runtime_->notes()) note_("changed settings: " + note);
}

void LiveRuntime::refuse(const std::string& error) {
  if (error == error_) return;
  error_ = error;
  count_refused();
  note_("changed settings are refused, the old ones stay: " + error_);
}

std::string LiveRuntime::status() const {
  boost::json::object status{{"generation", runtime_->settings().generation}, {"error", nullptr}};
  if (!error_.empty()) status["error"] = error_;
  return boost::json::serialize(status) + "\n";
}

}  // namespace weir::gateway
