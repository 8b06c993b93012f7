#include "cli/trace/input.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace weir::cli::trace {

namespace {

constexpr std::size_t block = std::size_t{1} << 18;  // bytes: stays in a core's own cache

}  // namespace

Source from_descriptor(int number) {
  return [number](char* to, std::size_t size) -> std::expected<std::size_t, std::string> {
    while (true) {
      const ssize_t count = ::read(number, to, size);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return std::unexpected(std::generic_category().message(errno));
    }
  };
}

Source from_text(std::string_view text) {
  return [text](char* to, std::size_t size) mutable -> std::expected<std::size_t, std::string> {
    const std::size_t count = std::min(size, text.size());
    text.copy(to, count);
    text.remove_prefix(count);
    return count;
  };
}

Input::Input(Source source) : source_(std::move(source)), buffer_(2 * block) {}

// Moves the record to the buffer's front and reads a block behind it.
bool Input::fill() {
  if (ended_ || !failure_.empty()) return false;
  if (start_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + start_, filled_ - start_);
    end_ -= start_;
    after_ -= start_;
    filled_ -= start_;
    start_ = 0;
  }
  if (filled_ > longest) {
    failure_ = "this line is longer than 1 MiB";
    return false;
  }
  if (buffer_.size() - filled_ < block) buffer_.resize(buffer_.size() * 2);
  const auto count = source_(buffer_.data() + filled_, block);
  if (!count) {
    failure_ = "cannot read on: " + count.error();
    return false;
  }
  ended_ = *count == 0;
  filled_ += *count;
  bytes_ += *count;
  return !ended_;
}

bool Input::find_line(std::size_t from) {
  const std::size_t before = from - start_;  // of the record; relative to it, because fill moves it
  std::size_t seen = before;
  while (true) {
    const char* const begin = buffer_.data() + start_ + seen;
    const void* const feed = std::memchr(begin, '\n', filled_ - start_ - seen);
    if (feed != nullptr) {
      end_ = static_cast<std::size_t>(static_cast<const char*>(feed) - buffer_.data());
      after_ = end_ + 1;
      break;
    }
    seen = filled_ - start_;
    if (fill()) continue;
    if (!failure_.empty() || seen == before) return false;
    end_ = after_ = filled_;
    break;
  }
  ++lines_;
  return true;
}

std::string_view Input::line() const {
  std::string_view line(buffer_.data() + start_, end_ - start_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Input::Step Input::next(std::string_view& line) {
  start_ = after_;
  first_ = lines_ + 1;
  if (!find_line(start_)) return failure_.empty() ? Step::end : Step::failed;
  line = this->line();
  return Step::line;
}

bool Input::extend(std::string_view& line) {
  const bool more = find_line(after_);
  line = this->line();
  return more;
}

}  // namespace weir::cli::trace
