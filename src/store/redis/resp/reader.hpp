// reader.hpp: RESP2 answers out of bytes that come in any pieces.
//
// A look that goes on where the last one stopped finds the end of an answer, and checks every length and count against
// the bounds; no memory is taken for what has been claimed and has not come. Only then are the values made: their texts
// are views of the bytes that came in, their items lie in one block that the next answer uses again.
#pragma once

#include "store/redis/resp/value.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weir::store::redis {

class Reader {
 public:
  static constexpr std::size_t max_depth = 8;         // arrays in arrays
  static constexpr std::size_t max_line = 64U << 10;  // bytes of a status or an error

  // `max_reply`: bytes of one answer, and of the values made from it, together.
  explicit Reader(std::size_t max_reply) : max_reply_(max_reply) {}

  // Where to put what comes in next, at least 4 KiB; then say how much it was.
  [[nodiscard]] std::span<char> space();
  void filled(std::size_t bytes) { filled_ += bytes; }

  enum class Next : std::uint8_t { nothing_yet, value, broken };
  // `broken` is for good: what comes in is not RESP2, or beyond the bounds.
  [[nodiscard]] Next next();

  // Until next() or space() is called.
  [[nodiscard]] const Value& value() const { return values_.front(); }
  [[nodiscard]] std::string_view error() const { return error_; }

 private:
  struct Header;  // the first line of a value

  [[nodiscard]] Next find_end();
  [[nodiscard]] Next broken(std::string_view error);
  [[nodiscard]] bool read_header(std::size_t at, Header& header) const;
  [[nodiscard]] std::size_t make(std::size_t at, Value& value);

  std::size_t max_reply_;
  std::vector<char> bytes_;
  std::size_t filled_ = 0;
  std::size_t begin_ = 0;           // of the answer that is looked at
  std::size_t looked_ = 0;          // all before this is whole values
  std::vector<std::int64_t> open_;  // items that are missing, of each array that is open
  std::size_t count_ = 0;           // values of this answer, claimed ones included
  std::vector<Value> values_;
  std::size_t made_ = 0;
  std::string_view error_;
};

}  // namespace weir::store::redis
