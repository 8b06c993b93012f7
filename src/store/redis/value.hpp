// value.hpp: what Redis answers, as RESP2 says it (https://redis.io/docs/latest/develop/reference/protocol-spec/).
//
// store/redis/ is the room of all that talks to Redis. Read in order:
//   value, reader      an answer, and the bounded parser that makes it from bytes
//   command, script    a question, as bytes; an EVALSHA
//   client             where questions go: one server, Sentinel or Cluster, behind one door
//   layout             how keys and states look in Redis: native (ours) or upstash (@upstash/ratelimit's)
//   redis_store        the Store: queues, batches and merges calls, and turns replies into verdicts
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace weir::store::redis {

struct Value {
  enum class Type : std::uint8_t { nil, integer, text, status, error, array };

  Type type = Type::nil;
  std::int64_t integer = 0;        // of an integer
  std::string_view text{};         // of text (any byte), status, error ("NOSCRIPT No matching script...")
  std::span<const Value> items{};  // of an array

  [[nodiscard]] bool is_error(std::string_view code) const {
    return type == Type::error && text.starts_with(code) && (text.size() == code.size() || text[code.size()] == ' ');
  }
};

}  // namespace weir::store::redis
