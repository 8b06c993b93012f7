// audit.hpp: which of our keys have no TTL. For a person at the command line: it SCANs, which nothing that serves
// requests does, in steps of a thousand keys, and it waits for each answer.
#pragma once

#include "store/redis/client/client_options.hpp"

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {

// Keys that begin so, but for those that begin as the longer start of others, and the time after which their state
// equals a fresh one's, whatever it is.
struct AuditedKeys {
  std::string start;
  std::chrono::milliseconds lives;
  std::vector<std::string> settings{};  // of them, those that stay: they are in order without a TTL
};

struct Audit {
  std::size_t keys = 0;         // of ours, looked at
  std::size_t without_ttl = 0;  // of them
  std::size_t fixed = 0;
};

// Of every master there is. `found` hears each key without a TTL; with `fix` it has got one by then. The error says, in
// a sentence without secrets, what could not be reached.
[[nodiscard]] std::expected<Audit, std::string> audit(const ClientOptions& options,
                                                      const std::vector<AuditedKeys>& ours, bool fix,
                                                      const std::function<void(std::string_view key)>& found);

}  // namespace weir::store::redis
