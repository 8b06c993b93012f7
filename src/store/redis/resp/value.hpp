// value.hpp: what Redis answers, as RESP2 says it (https://redis.io/docs/latest/develop/reference/protocol-spec/).
//
// store/redis/ is the room of all that talks to Redis. Its folders, in the order to read them:
//   resp       an answer (here), the bounded reader that makes it from bytes; a command, as bytes
//   link       one connection: look-up, TCP, TLS, AUTH, pipelining, the next try
//   client     where questions go, behind one door (client.hpp): a single server, or the master that Sentinels name
//   cluster    the same for a Cluster: who serves which slot
//   layout     how keys and states look in Redis (layout.hpp), and scripts/*.lua as calls;
//              native (ours), upstash (@upstash/ratelimit's)
//   settings   what processes share beside counters: rates, deny entries, generations, who is alive
//   records    what processes tell each other of what they counted
//   leases     shares of a limit fetched ahead
//   store      the Store (redis_store.hpp): queues, batches and merges calls, turns replies into verdicts
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
