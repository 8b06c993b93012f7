// envoy_admin.hpp: the few questions weir asks its Envoy, over a unix socket in the run folder. No port is opened for
// it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace weir::cli {

class EnvoyAdmin {
 public:
  explicit EnvoyAdmin(std::filesystem::path socket);

  [[nodiscard]] bool is_ready() const;  // it serves: its listeners are bound, its workers run

  // Turns new connections away and asks the clients of open ones to leave; open requests go on.
  [[nodiscard]] bool drain() const;

  // Requests that are not over yet, and bytes of answers that clients have not taken yet. Nothing when Envoy is silent.
  struct Open {
    std::uint64_t requests = 0;
    std::uint64_t bytes = 0;
  };
  [[nodiscard]] std::optional<Open> open() const;

  // Of a part of the configuration that Envoy reads from a file: the version it uses, and how often it refused one.
  // `statistics` is the prefix of its statistics. Nothing when Envoy is silent.
  struct Delivered {
    std::string version;
    std::uint64_t refusals = 0;
  };
  [[nodiscard]] std::optional<Delivered> delivered(std::string_view statistics) const;

  // How often Envoy refused anything that it read from a file, over all files.
  [[nodiscard]] std::uint64_t refusals() const;

  // Whether every cluster can be used; one that is new looks up its name first.
  [[nodiscard]] bool clusters_are_warm() const;

  // Of the listener's certificate: how often its files were read, and how often they could not be used.
  struct Certificate {
    std::string reads;
    std::string failures;
  };
  [[nodiscard]] std::optional<Certificate> certificate() const;

  // What the module says of its settings: the generation in force, and why a later one is not; empty for no reason.
  struct ModuleStatus {
    std::uint64_t generation = 0;
    std::string error;
  };
  [[nodiscard]] std::optional<ModuleStatus> module_status() const;

  // Counts a change that was refused before it got there, in the module's metrics.
  void count_refused() const;

 private:
  // The value of one statistic, as text.
  [[nodiscard]] std::optional<std::string> statistic(std::string_view name) const;
  // The body of a 200, nothing for anything else. Takes at most a second.
  [[nodiscard]] std::optional<std::string> ask(std::string_view method, std::string_view path) const;
  std::filesystem::path socket_;
};

// Of {"generation": N, "error": null or text}; nothing for anything else.
[[nodiscard]] std::optional<EnvoyAdmin::ModuleStatus> parse_module_status(std::string_view json);

// Of Envoy's /stats in text: the sum of the numbers.
[[nodiscard]] std::uint64_t sum_of(std::string_view stats);

// Of Envoy's /stats in text, over all servers of requests but its admin's.
[[nodiscard]] EnvoyAdmin::Open parse_open(std::string_view stats);

}  // namespace weir::cli
