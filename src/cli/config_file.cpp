#include "cli/config_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

#include "cli/file_descriptor.hpp"
#include "config/parse.hpp"
#include "config/warnings.hpp"

namespace weir::cli {

namespace {

constexpr std::size_t largest_config = std::size_t{16} << 20;  // bytes; far beyond any config, far below all memory

}  // namespace

std::expected<std::string, std::string> read_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::unexpected(std::generic_category().message(errno));
  std::string text;
  std::array<char, 65536> chunk{};
  while (true) {
    const ssize_t count = ::read(file.get(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(std::generic_category().message(errno));
    if (count == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(count));
    if (text.size() > largest_config) return std::unexpected("it is larger than 16 MiB");
  }
}

std::expected<config::Config, std::string> load_config(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return std::unexpected(path + ": error: cannot read this file: " + text.error() + '\n');
  std::string directory = std::filesystem::path(path).parent_path().string();
  if (directory.empty()) directory = ".";
  auto parsed = config::parse(*text, config::process_environment(), directory);
  if (parsed) return std::move(*parsed);
  std::string wrong;
  for (const config::Error& error : parsed.error()) {
    wrong += config::describe(error, path, *text);
    if (!wrong.ends_with('\n')) wrong += '\n';
  }
  return std::unexpected(std::move(wrong));
}

std::optional<config::Config> read_config(const std::string& path) {
  auto config = load_config(path);
  if (config) return std::move(*config);
  std::cerr << config.error();
  return std::nullopt;
}

void print_warnings(const config::Config& config, const std::string& path) {
  for (const config::Warning& warning : config::warnings(config)) {
    std::cerr << config::describe(warning, path) << '\n';
  }
}

}  // namespace weir::cli
