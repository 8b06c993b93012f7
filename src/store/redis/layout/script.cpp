#include "store/redis/layout/script.hpp"

#include "store/redis/resp/hex_digest.hpp"

#include <openssl/evp.h>

#include <cstddef>
#include <optional>
#include <utility>

namespace weir::store::redis {
namespace {

// `verb` is EVALSHA and the script its name, or EVAL and its text.
Command written(std::string_view verb, std::string_view script, const ScriptCall& call, std::optional<Slot> slot) {
  constexpr std::size_t head = 64;        // up to the number of keys, but for the script
  constexpr std::size_t around_word = 8;  // of up to 4 digits
  std::size_t size = head + script.size();
  for (const std::string& word : call.keys) size += word.size() + around_word;
  for (const std::string& word : call.arguments) size += word.size() + around_word;
  Command made{.bytes = {}, .slot = slot};
  made.bytes.reserve(size);
  begin_command(made.bytes, 3 + call.keys.size() + call.arguments.size());
  append_word(made.bytes, verb);
  append_word(made.bytes, script);
  append_word(made.bytes, std::to_string(call.keys.size()));
  for (const std::string& word : call.keys) append_word(made.bytes, word);
  for (const std::string& word : call.arguments) append_word(made.bytes, word);
  return made;
}

}  // namespace

Script Script::of(std::string_view name, std::string text) {
  Script script{.name = std::string(name), .text = std::move(text), .sha1 = {}};
  script.sha1 = hex_digest(EVP_sha1(), script.text);
  return script;
}

void call_script(Client& client, ScriptCall call, Deadline deadline, OnReply done) {
  std::optional<Slot> slot;
  if (client.is_cluster() && !call.keys.empty()) slot = slot_of(call.keys.front());
  Command by_name = written("EVALSHA", call.script->sha1, call, slot);
  auto repair = [&client, call = std::move(call), slot, deadline, done = std::move(done)](Reply reply) mutable {
    if (!reply || !reply->get().is_error("NOSCRIPT")) return done(reply);
    client.send(written("EVAL", call.script->text, call, slot), deadline, std::move(done));
  };
  client.send(std::move(by_name), deadline, std::move(repair));
}

}  // namespace weir::store::redis
