// reader.hpp: a whole trace, call by call: CSV when it starts with a header, JSON lines when it starts with a brace.
#pragma once

#include "cli/trace/call.hpp"
#include "cli/trace/csv.hpp"
#include "cli/trace/input.hpp"
#include "cli/trace/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::cli::trace {

class Reader {
 public:
  enum class Step { call, end, wrong };

  explicit Reader(Source source) : input_(std::move(source)) {}

  // The next call; its texts hold until the next step. `wrong` is final: error() says what, line() where.
  [[nodiscard]] Step next(Call& call);

  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] std::uint64_t line() const { return input_.number(); }  // that the last step was about
  [[nodiscard]] std::uint64_t bytes() const { return input_.bytes(); }  // read so far
  // What is odd but no error: a column or name that has no meaning here; empty: nothing.
  [[nodiscard]] const std::string& warning() const { return csv_ ? csv_->warning() : json_.warning(); }

 private:
  [[nodiscard]] Step fail(std::string error);
  [[nodiscard]] Step next_record(std::string_view& record);

  Input input_;
  bool started_ = false;
  std::optional<Csv> csv_;  // none: JSON lines
  Json json_;
  std::string error_;
};

}  // namespace weir::cli::trace
