#include "store/redis/store/claims.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace weir::store::redis {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds patience{1000};
constexpr milliseconds longest = std::chrono::hours(24 * 400);

Claim meaning_of(const Reply& reply) {
  if (!reply) return Claim::unknown;
  switch (reply->get().type) {
    case Value::Type::status:
      return Claim::ours;
    case Value::Type::nil:
      return Claim::taken;
    default:
      return Claim::unknown;
  }
}

}  // namespace

void Claims::claim(std::string_view name, limits::Nanos lasts, std::move_only_function<void(Claim)> done) {
  const auto core = core_.lock();
  if (core == nullptr) return done(Claim::unknown);
  core->note_first_call();
  const std::string ttl =
      std::to_string(std::clamp(std::chrono::ceil<milliseconds>(lasts), milliseconds(1), longest).count());
  boost::asio::post(core->executor(), [core, key = prefix_ + std::string(name), ttl, done = std::move(done)]() mutable {
    core->client().send(command({"SET", key, "1", "NX", "PX", ttl}, slot_of(key)), core->options().now() + patience,
                        [done = std::move(done)](const Reply& reply) mutable { done(meaning_of(reply)); });
  });
}

}  // namespace weir::store::redis
