// responses.cpp: the section `responses`.
#include "config/characters.hpp"
#include "config/sections.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace weir::config {
namespace {

constexpr std::size_t max_body_size = std::size_t{1} << 20U;

struct FileType {
  std::string_view ending;
  std::string_view type;
};

constexpr auto file_types = std::to_array<FileType>({
    {".html", "text/html; charset=utf-8"},
    {".htm", "text/html; charset=utf-8"},
    {".json", "application/json"},
    {".xml", "application/xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".md", "text/markdown; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
});

std::string type_of(const std::filesystem::path& path) {
  const std::string ending = lower_case(path.extension().string());
  for (const FileType& known : file_types) {
    if (ending == known.ending) return std::string(known.type);
  }
  return "application/octet-stream";
}

// What is wrong with a file as a body, or nothing and its bytes.
std::expected<std::string, std::string> read_body(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return std::unexpected(std::string("does not exist"));
  if (!std::filesystem::is_regular_file(status)) return std::unexpected(std::string("is not a plain file"));
  std::ifstream file(path, std::ios::binary);
  std::string bytes(max_body_size + 1, '\0');
  if (file) file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad() || !file.is_open()) return std::unexpected(std::string("cannot be read; look at its permissions"));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes.size() > max_body_size) return std::unexpected(std::string("is larger than 1 MiB"));
  return bytes;
}

void read_file(Reading& reading, const Field& field, Responses& responses) {
  const std::string* name = read_text(reading, field, "the name of a file");
  if (name == nullptr) return;
  const std::filesystem::path path = std::filesystem::path(reading.directory) / *name;
  auto body = name->find('\0') == std::string::npos ? read_body(path) : std::unexpected(std::string("does not exist"));
  if (!body) {
    const std::string which = field.node->variables.empty() ? in_quotes(path.string()) : "of " + shown(*field.node);
    reading.errors.add(field.spot, "the file " + which + " " + body.error());
    return;
  }
  responses.body = Responses::Body::file;
  responses.file_body = *std::move(body);
  responses.file_type = type_of(path);
}

constexpr Option<Responses> body_options[] = {{"file", read_file}};

void read_headers(Reading& reading, const Field& field, Responses& responses) {
  using Headers = Responses::Headers;
  constexpr auto choices = std::to_array<Choice<Headers>>(
      {{"ietf", Headers::ietf}, {"x", Headers::x}, {"both", Headers::both}, {"none", Headers::none}});
  if (const auto choice = read_choice<Headers>(reading, field, choices)) responses.headers = *choice;
}

void read_body_option(Reading& reading, const Field& field, Responses& responses) {
  using Body = Responses::Body;
  constexpr auto choices =
      std::to_array<Choice<Body>>({{"problem", Body::problem}, {"json", Body::json}, {"text", Body::text}});
  if (field.node->kind != YamlNode::Kind::mapping) {
    if (const auto choice = read_choice<Body>(reading, field, choices)) responses.body = *choice;
    return;
  }
  read_options(reading, *field.node, " in 'body'", body_options, responses);
  if (field.node->entries.empty()) add_refusal(reading, field, {.expected = "problem, json, text or { file: NAME }"});
}

void read_reset(Reading& reading, const Field& field, Responses& responses) {
  using Reset = Responses::Reset;
  constexpr auto choices = std::to_array<Choice<Reset>>({{"delta", Reset::delta}, {"epoch", Reset::epoch}});
  if (const auto choice = read_choice<Reset>(reading, field, choices)) responses.reset = *choice;
}

constexpr Option<Responses> options[] = {{"headers", read_headers}, {"body", read_body_option}, {"reset", read_reset}};

}  // namespace

void read_responses(Reading& reading, const Field& field, Responses& responses) {
  if (!read_mapping(reading, field, "a mapping like { headers: ietf, body: problem }")) return;
  read_options(reading, *field.node, " in 'responses'", options, responses);
}

}  // namespace weir::config
