#include "store/redis/layout/script.hpp"

#include "store/redis/resp/hex_digest.hpp"

#include <openssl/evp.h>

#include <cstddef>
#include <optional>
#include <utility>

namespace weir::store::redis {
namespace {

// "EVALSHA", the name and all that follows.
Command by_name(const ScriptCall& call, std::optional<Slot> slot) {
  constexpr std::size_t head = 96;        // up to the number of keys
  constexpr std::size_t around_word = 8;  // of up to 4 digits
  std::size_t size = head;
  for (const std::string& word : call.keys) size += word.size() + around_word;
  for (const std::string& word : call.arguments) size += word.size() + around_word;
  Command made{.bytes = {}, .slot = slot};
  made.bytes.reserve(size);
  begin_command(made.bytes, 3 + call.keys.size() + call.arguments.size());
  append_word(made.bytes, "EVALSHA");
  append_word(made.bytes, call.script->sha1);
  append_word(made.bytes, std::to_string(call.keys.size()));
  for (const std::string& word : call.keys) append_word(made.bytes, word);
  for (const std::string& word : call.arguments) append_word(made.bytes, word);
  return made;
}

// Bytes of `by_name` that differ when the script's text stands in the place of its name.
std::size_t head_size(std::string_view by_name, const Script& script) {
  const std::size_t count = by_name.find('\n') + 1;
  return count + std::string_view("$7\r\nEVALSHA\r\n$40\r\n\r\n").size() + script.sha1.size();
}

std::string by_text(std::string_view by_name, const Script& script) {
  const std::size_t count = by_name.find('\n') + 1;
  std::string bytes(by_name.substr(0, count));
  bytes += "$4\r\nEVAL\r\n$" + std::to_string(script.text.size()) + "\r\n" + script.text + "\r\n";
  return bytes += by_name.substr(head_size(by_name, script));
}

}  // namespace

Script Script::of(std::string_view name, std::string text) {
  Script script{.name = std::string(name), .text = std::move(text), .sha1 = {}};
  script.sha1 = hex_digest(EVP_sha1(), script.text);
  return script;
}

void call_script(Client& client, const ScriptCall& call, Deadline deadline, OnReply done) {
  std::optional<Slot> slot;
  if (client.is_cluster() && !call.keys.empty()) slot = slot_of(call.keys.front());
  Command first = by_name(call, slot);
  // The client keeps what it is given, and `call` may be gone when the answer comes.
  std::string again = first.bytes;
  auto repair = [&client, script = call.script, again = std::move(again), slot, deadline,
                 done = std::move(done)](Reply reply) mutable {
    if (!reply || !reply->get().is_error("NOSCRIPT")) return done(reply);
    client.send(Command{.bytes = by_text(again, *script), .slot = slot}, deadline, std::move(done));
  };
  client.send(std::move(first), deadline, std::move(repair));
}

}  // namespace weir::store::redis
