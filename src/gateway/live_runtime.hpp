// live_runtime.hpp: the process's Runtime, remade when its settings change. Main thread only.
#pragma once

#include "gateway/runtime.hpp"

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace weir::gateway {

class LiveRuntime {
 public:
  using Note = gateway::Note;

  // Installs a Runtime made of `settings` (JSON). Throws std::exception with a sentence that says what can't be used.
  LiveRuntime(std::string_view settings, Note note);
  LiveRuntime(const LiveRuntime&) = delete;
  LiveRuntime& operator=(const LiveRuntime&) = delete;
  ~LiveRuntime();  // no Runtime is installed afterwards

  // What the settings' file holds now, or why it can't be read. Installs a successor and counts an applied reload; what
  // can't be used is counted as refused, and all stays as it is. The same text as before changes nothing.
  void offer(const std::expected<std::string, std::string>& settings);

  // A configuration that was refused before it came here.
  void count_refused() { runtime_->metrics().reloads_refused.add(); }

  // {"generation":N,"error":null|"..."}: which settings are in force, and why newer ones are not.
  [[nodiscard]] std::string status() const;

  [[nodiscard]] const Runtime& runtime() const { return *runtime_; }

 private:
  void apply(const std::string& settings);
  void refuse(const std::string& error);

  std::string applied_;  // settings in force
  std::string refused_;  // those that were refused last
  std::string error_;    // why; empty: what was offered last is in force
  Note note_;
  std::shared_ptr<Runtime> runtime_;
};

}  // namespace weir::gateway
