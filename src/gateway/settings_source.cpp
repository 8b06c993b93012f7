#include "gateway/settings_source.hpp"

#include "gateway/settings_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cerrno>
#include <fstream>
#include <system_error>

namespace weir::gateway {

SettingsSource settings_source(std::string_view config) {
  const boost::json::value object = boost::json::parse(boost::json::string_view(config.data(), config.size()));
  if (const auto* file = member(object, "settings_file")) return {.file = text_of(*file), .in_place = {}};
  if (const auto* settings = member(object, "settings")) {
    return {.file = {}, .in_place = boost::json::serialize(*settings)};
  }
  return {.file = {}, .in_place = std::string(config)};
}

std::expected<std::string, std::string> read_settings_file(const std::string& path) {
  const auto failed = [&](const std::string& why) { return std::unexpected(path + " can't be read: " + why); };
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return failed(std::error_code(errno, std::generic_category()).message());
  std::string text;
  std::string piece(std::size_t{64} << 10, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    text.append(piece, 0, static_cast<std::size_t>(file.gcount()));
    if (text.size() > most_settings) return failed("it is larger than 64 MiB");
  }
  if (file.bad()) return failed("the disk failed");
  return text;
}

}  // namespace weir::gateway
