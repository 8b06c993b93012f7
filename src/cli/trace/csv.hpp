// csv.hpp: traces as comma-separated values (RFC 4180) with a header line.
#pragma once

#include "cli/trace/call.hpp"
#include "cli/trace/field.hpp"

#include <array>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cli::trace {

class Csv {
 public:
  // The error is what is wrong with this header, a sentence.
  [[nodiscard]] static std::expected<Csv, std::string> make(std::string_view header);

  // Whether a record goes on after this line: a quoted field is open at its end.
  [[nodiscard]] static bool open_at_end(std::string_view record);

  // Views of `record`, or of memory that this keeps until the next call.
  [[nodiscard]] std::expected<void, std::string> read(std::string_view record, Call& call);

  [[nodiscard]] const std::string& warning() const { return warning_; }  // of a column without a meaning; empty: none

 private:
  std::vector<Field> columns_;
  std::array<std::string, field_names.size()> unquoted_;  // of quoted fields with quotes in them
  std::string warning_;
};

}  // namespace weir::cli::trace
