#include "store/redis/upstash/question.hpp"

#include "store/redis/layout/script.hpp"
#include "store/redis/upstash/keys.hpp"
#include "store/redis/upstash/space.hpp"

namespace weir::store::redis::upstash {

std::string question_of(std::span<const Check> checks) {
  std::string text;
  for (const Check& check : checks) {
    const auto& space = static_cast<const UpstashSpace&>(*check.space);
    const std::string key = key_of(space.prefix(), identifier_of(check.key));
    text.append(name_of(space.terms().kind)).append(" ").append(std::to_string(space.terms().window)).append(" ");
    text.append(std::to_string(check.cost)).append(" ");
    text.append(std::to_string(key.size())).append(" ").append(key);  // its length: keys hold any byte
  }
  return Script::of({}, std::move(text)).sha1;
}

}  // namespace weir::store::redis::upstash
