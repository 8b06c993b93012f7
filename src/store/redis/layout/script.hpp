// script.hpp: a Lua script that the build has put together from scripts/*.lua, and a call of it.
#pragma once

#include "store/redis/client/client.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {

struct Script {
  std::string name;  // for metrics and errors
  std::string text;
  std::string sha1;  // of the text, 40 hex digits; how EVALSHA names it

  [[nodiscard]] static Script of(std::string_view name, std::string text);
};

struct ScriptCall {
  const Script* script = nullptr;  // lives as long as the program
  std::vector<std::string> keys;   // in a Cluster all of one slot
  std::vector<std::string> arguments;
};

// Sends it by EVALSHA, and again by EVAL when the server does not know it (NOSCRIPT): nobody notices.
void call_script(Client& client, ScriptCall call, Deadline deadline, OnReply done);

}  // namespace weir::store::redis
