// settings_snapshot.hpp: what the scripts shared_*.lua answer, as values.
#pragma once

#include "store/redis/resp/value.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::store::redis {

struct SharedSetting {
  std::string text{};
  std::optional<std::int64_t> ends_ms{};  // Unix time by Redis' clock; none: it stays
  friend bool operator==(const SharedSetting&, const SharedSetting&) = default;
};
using SharedSettingsByField = std::map<std::string, SharedSetting, std::less<>>;  // by "SCOPE NAME"

struct SettingsSnapshot {
  std::int64_t now_ms = 0;
  SharedSettingsByField settings;
  std::vector<std::pair<std::string, std::int64_t>> generations;  // by prefix
  bool left_out = false;                                          // there was more than the answer may hold
};

struct PollReply {
  std::string_view version;  // lives as long as the value it was read from
  std::int64_t instances = 0;
  std::optional<SettingsSnapshot> changed{};  // none: the version is the one that was known
};
// None when it is no answer of shared_poll.lua.
[[nodiscard]] std::optional<PollReply> read_poll(const Value& reply);

struct WriteReply {
  std::string_view before;  // versions; they live as long as the value
  std::string_view version;
  std::string_view rest;  // put: when it ends, in ms, or empty; generation: it
  bool existed = false;
  std::int64_t now_ms = 0;  // put
};
// Of put, erase and generation; none when it is not theirs. `full` is told by is_full.
[[nodiscard]] std::optional<WriteReply> read_write(const Value& reply);
[[nodiscard]] bool is_full(const Value& reply);

// A whole decimal number; none for anything else.
[[nodiscard]] std::optional<std::int64_t> whole(std::string_view text);

}  // namespace weir::store::redis
