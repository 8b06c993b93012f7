// readable_file.hpp: files that weir.yaml names: response bodies, certificates, keys.
#pragma once

#include "config/reader.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace weir::config {

struct ReadableFile {
  std::filesystem::path path;  // absolute
  std::string bytes;
};

inline constexpr std::size_t max_file_size = std::size_t{1} << 20U;

// The file that the field names, from the config's own folder on. Nothing after an error has been added: a file that
// is not there, is no plain file, cannot be read or is larger than 1 MiB.
[[nodiscard]] std::optional<ReadableFile> read_file(Reading& reading, const Field& field);

// The path alone, absolute, for a file that need not be there.
[[nodiscard]] std::optional<std::filesystem::path> read_path_of_file(Reading& reading, const Field& field);

// `'certs/tls.pem'`, or `of the value of ${CERT}`.
[[nodiscard]] std::string shown_path(const Field& field, const std::filesystem::path& path);

}  // namespace weir::config
