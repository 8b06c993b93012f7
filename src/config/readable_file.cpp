#include "config/readable_file.hpp"

#include <fstream>
#include <system_error>

namespace weir::config {
namespace {

std::expected<std::string, std::string> bytes_of(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return std::unexpected(std::string("does not exist"));
  if (!std::filesystem::is_regular_file(status)) return std::unexpected(std::string("is not a plain file"));
  std::ifstream file(path, std::ios::binary);
  std::string bytes(max_file_size + 1, '\0');
  if (file) file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad() || !file.is_open()) return std::unexpected(std::string("cannot be read; look at its permissions"));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes.size() > max_file_size) return std::unexpected(std::string("is larger than 1 MiB"));
  return bytes;
}

}  // namespace

std::string shown_path(const Field& field, const std::filesystem::path& path) {
  return field.node->variables.empty() ? in_quotes(path.string()) : "of " + shown(*field.node);
}

std::optional<std::filesystem::path> read_path_of_file(Reading& reading, const Field& field) {
  constexpr std::size_t longest = 4096;
  const std::string expected = "the name of a file";
  const std::string* name = read_text(reading, field, expected);
  if (name == nullptr) return std::nullopt;
  if (name->find('\0') != std::string::npos || name->size() > longest) {
    add_refusal(reading, field, {.expected = expected});
    return std::nullopt;
  }
  std::error_code error;
  const std::filesystem::path path = std::filesystem::path(reading.directory) / *name;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return (error ? path : absolute).lexically_normal();
}

std::optional<ReadableFile> read_file(Reading& reading, const Field& field) {
  auto path = read_path_of_file(reading, field);
  if (!path) return std::nullopt;
  auto bytes = bytes_of(*path);
  if (bytes) return ReadableFile{.path = *std::move(path), .bytes = *std::move(bytes)};
  reading.errors.add(field.spot, "the file " + shown_path(field, *path) + " " + bytes.error());
  return std::nullopt;
}

}  // namespace weir::config
