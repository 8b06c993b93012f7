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

 private:
  // The body of a 200, nothing for anything else. Takes at most a second.
  [[nodiscard]] std::optional<std::string> ask(std::string_view method, std::string_view path) const;
  std::filesystem::path socket_;
};

// Of Envoy's /stats in text, over all servers of requests but its admin's.
[[nodiscard]] EnvoyAdmin::Open parse_open(std::string_view stats);

}  // namespace weir::cli
