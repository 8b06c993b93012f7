#include "cli/trace/json.hpp"

#include "cli/trace/field.hpp"
#include "config/shown.hpp"

namespace weir::cli::trace {

namespace {

using Wrong = std::unexpected<std::string>;

std::unexpected<std::string> wrong(std::string_view sentence) { return Wrong(std::string(sentence)); }

}  // namespace

std::expected<void, std::string> Json::read_member(JsonText& json, Call& call, unsigned& seen) {
  const auto name = json.string(name_);
  if (!name) return wrong(name.error());
  if (!json.take(':')) return wrong("a name is not followed by a colon");
  const Field field = field_named(*name);
  if (field == Field::unknown) {
    if (warning_.empty()) warning_ = unused("name", *name);
    if (const auto value = json.skip(); !value) return wrong(value.error());
    return {};
  }
  const unsigned bit = 1U << static_cast<unsigned>(field);
  if ((seen & bit) != 0) return Wrong("'" + std::string(*name) + "' comes twice");
  seen |= bit;

  const char first = json.peek();
  switch (field) {
    case Field::time: {
      const auto time = first == '"' ? json.string(time_) : json.number();
      if (!time) return wrong(time.error());
      return set_time(call, *time);
    }
    case Field::key: {
      if (first == '[') {
        if (const auto list = list_.read(json); !list) return wrong(list.error());
        call.key = list_.text();
        call.parts = list_.parts();
        return {};
      }
      if (first != '"') return wrong("'key' is neither a text in quotes nor a list of them");
      const auto key = json.string(key_);
      if (!key) return wrong(key.error());
      call.key = *key;
      return {};
    }
    case Field::cost: {
      if (json.null()) return {};
      if (first == '"') return wrong("'cost' is a text, not a whole number");
      const auto cost = json.number();
      if (!cost) return wrong(cost.error());
      return set_cost(call, *cost);
    }
    case Field::limit: {
      if (json.null()) return {};
      if (first != '"') return wrong("'limit' is not the name of a limit in quotes");
      const auto limit = json.string(limit_);
      if (!limit) return wrong(limit.error());
      call.limit = *limit;
      return {};
    }
    case Field::unknown:
      break;
  }
  return {};
}

std::expected<void, std::string> Json::read(std::string_view line, Call& call) {
  call = {};
  JsonText json(line);
  unsigned seen = 0;
  if (!json.take('{')) return wrong("a line of this trace is no JSON object");
  if (!json.take('}')) {
    do {
      if (auto member = read_member(json, call, seen); !member) return member;
    } while (json.take(','));
    if (!json.take('}')) return wrong("a comma or the closing brace is missing");
  }
  if (!json.at_end()) return wrong("something follows the object");
  for (const Field needed : {Field::time, Field::key}) {
    const auto index = static_cast<unsigned>(needed);
    if ((seen & 1U << index) == 0) return Wrong("'" + std::string(field_names[index]) + "' is missing");
  }
  return {};
}

}  // namespace weir::cli::trace
