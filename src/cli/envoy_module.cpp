#include "cli/envoy_module.hpp"

#include <system_error>

namespace weir::cli {

namespace fs = std::filesystem;

fs::path program_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path(".") : program.parent_path();
}

std::expected<fs::path, std::string> find_envoy_module(const fs::path& program_folder) {
  fs::path beside = program_folder / "libweir_envoy.so";
  fs::path installed = program_folder.parent_path() / "lib" / "weir" / "libweir_envoy.so";
  std::error_code ignored;
  if (fs::is_regular_file(beside, ignored)) return beside;
  if (fs::is_regular_file(installed, ignored)) return installed;
  return std::unexpected("the Envoy module is missing: neither " + beside.string() + " nor " + installed.string() +
                         " is there; build it with `make build`, or install Weir again.");
}

}  // namespace weir::cli
