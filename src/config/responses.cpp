// responses.cpp: the section `responses`.
#include "config/characters.hpp"
#include "config/readable_file.hpp"
#include "config/sections.hpp"

#include <array>
#include <filesystem>
#include <utility>

namespace weir::config {
namespace {

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

void read_body_file(Reading& reading, const Field& field, Responses& responses) {
  auto file = read_file(reading, field);
  if (!file) return;
  responses.body = Responses::Body::file;
  responses.file_type = type_of(file->path);
  responses.file_body = std::move(file->bytes);
}

constexpr Option<Responses> body_options[] = {{"file", read_body_file}};

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
