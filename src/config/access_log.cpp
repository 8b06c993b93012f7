// access_log.cpp: the section `access_log`.
#include "config/readable_file.hpp"
#include "config/sections.hpp"

#include <array>

namespace weir::config {
namespace {

struct Draft {
  AccessLog log;
  Field key{};
};

void read_to(Reading& reading, const Field& field, Draft& draft) {
  using To = AccessLog::To;
  const std::string* text = read_text(reading, field, "off, stdout or the name of a file");
  if (text == nullptr) return;
  if (*text == "off") return;
  if (*text == "stdout") {
    draft.log.to = To::stdout_;
    return;
  }
  const auto path = read_path_of_file(reading, field);
  if (!path) return;
  draft.log.to = To::file;
  draft.log.file = path->string();
  std::error_code error;
  if (std::filesystem::is_directory(*path, error)) {
    reading.errors.add(field.spot, "the access log " + shown_path(field, *path) + " is a folder; name a file in it");
  } else if (!std::filesystem::is_directory(path->parent_path(), error)) {
    reading.errors.add(field.spot, "the folder of the access log " + shown_path(field, *path) + " does not exist");
  }
}

void read_key(Reading& reading, const Field& field, Draft& draft) {
  using Key = AccessLog::Key;
  constexpr auto choices = std::to_array<Choice<Key>>({{"omit", Key::omit}, {"hash", Key::hash}});
  draft.key = field;
  if (const auto choice = read_choice<Key>(reading, field, choices)) draft.log.key = *choice;
}

constexpr Option<Draft> options[] = {{"to", read_to}, {"key", read_key}};

}  // namespace

void read_access_log(Reading& reading, const Field& field, AccessLog& log) {
  if (!read_mapping(reading, field, "a mapping like { to: stdout, key: hash }")) return;
  Draft draft;
  const std::size_t before = reading.errors.count();
  read_options(reading, *field.node, " in 'access_log'", options, draft);
  if (draft.log.to == AccessLog::To::off && draft.log.key != AccessLog::Key::omit && reading.errors.count() == before) {
    reading.errors.add(draft.key.key_spot, "'key' has no effect without a log; remove it, or set 'to'");
  }
  log = draft.log;
}

}  // namespace weir::config
