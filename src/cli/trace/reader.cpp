#include "cli/trace/reader.hpp"

#include "config/utf8.hpp"

#include <utility>

namespace weir::cli::trace {

namespace {

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

}  // namespace

Reader::Step Reader::fail(std::string error) {
  error_ = std::move(error);
  return Step::wrong;
}

// The next line that is not blank; of CSV with the lines that its quoted fields go on in.
Reader::Step Reader::next_record(std::string_view& record) {
  do {
    switch (input_.next(record)) {
      case Input::Step::end:
        return Step::end;
      case Input::Step::failed:
        return fail(input_.failure());
      case Input::Step::line:
        break;
    }
  } while (is_blank(record));
  if (!csv_ || !Csv::open_at_end(record)) return Step::call;
  bool open = true;
  while (open) {
    const std::size_t before = record.size();
    if (!input_.extend(record)) {
      return fail(input_.failure().empty() ? "a quoted field is not closed" : input_.failure());
    }
    open = !Csv::open_at_end(record.substr(before));
  }
  return Step::call;
}

Reader::Step Reader::next(Call& call) {
  if (!error_.empty()) return Step::wrong;
  std::string_view record;
  Step step = next_record(record);
  if (!std::exchange(started_, true)) {
    if (step == Step::wrong) return step;
    if (step == Step::call && record.starts_with(config::byte_order_mark))
      record.remove_prefix(config::byte_order_mark.size());
    if (step == Step::end || is_blank(record)) return fail("the trace is empty");
    if (record.find_first_not_of(" \t") != record.find('{')) {
      auto csv = Csv::make(record);
      if (!csv) return fail(std::move(csv.error()));
      csv_ = std::move(*csv);
      step = next_record(record);
    }
  }
  if (step != Step::call) return step;
  auto read = csv_ ? csv_->read(record, call) : json_.read(record, call);
  if (!read) return fail(std::move(read.error()));
  if (call.key.empty()) return fail("the key is empty");
  return Step::call;
}

}  // namespace weir::cli::trace
