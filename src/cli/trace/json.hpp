// json.hpp: traces as JSON lines: {"time": 1768478400.25, "key": "user:42", "cost": 1, "limit": "per-user"}
#pragma once

#include "cli/trace/call.hpp"
#include "cli/trace/key_list.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace weir::cli::trace {

class Json {
 public:
  // Views of `line`, or of memory that this keeps until the next call. The error is a sentence.
  [[nodiscard]] std::expected<void, std::string> read(std::string_view line, Call& call);

  [[nodiscard]] const std::string& warning() const { return warning_; }  // of a name without a meaning; empty: none

 private:
  [[nodiscard]] std::expected<void, std::string> read_member(JsonText& json, Call& call, unsigned& seen);

  std::string name_;
  std::string time_;
  std::string key_;
  std::string limit_;
  KeyList list_;
  std::string warning_;
};

}  // namespace weir::cli::trace
