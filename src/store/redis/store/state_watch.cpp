#include "store/redis/store/state_watch.hpp"

#include <algorithm>
#include <utility>

namespace weir::store::redis {
namespace {

struct Code {
  std::string_view code;
  StoreError error;
};
// The first word of an error, as Redis 7 and Valkey say it; a script's errors begin with that of the command in it.
constexpr auto codes = std::to_array<Code>({
    {"WRONGTYPE", StoreError::wrong_type},
    {"OOM", StoreError::out_of_memory},
    {"NOPERM", StoreError::no_permission},
    {"NOAUTH", StoreError::no_permission},
    {"WRONGPASS", StoreError::no_permission},
    {"READONLY", StoreError::read_only},
    {"MISCONF", StoreError::read_only},
    {"NOREPLICAS", StoreError::read_only},
    {"CLOCK", StoreError::clock},
    {"LOADING", StoreError::down},
    {"MASTERDOWN", StoreError::down},
    {"CLUSTERDOWN", StoreError::down},
    {"TRYAGAIN", StoreError::down},
    {"MOVED", StoreError::down},
    {"ASK", StoreError::down},
    {"BUSY", StoreError::timeout},
    {"UNKILLABLE", StoreError::timeout},
});

constexpr std::array<std::string_view, store_error_names.size()> sentences = {
    "Redis does not answer in time",
    "Redis can't be reached",
    "too many calls wait for Redis",
    "a key of ours holds something that is not ours in Redis",
    "Redis is out of memory and may evict nothing",
    "Redis forbids it: the user, the password or the ACL is not the right one",
    "Redis takes no writes",
    "the clock of Redis and ours are too far apart",
    "Redis gives answers that are none of ours",
    "Redis answers with an error",
};

// Those that hurt a key or a moment, not the whole store.
bool is_of_the_store(StoreError error) {
  return error != StoreError::wrong_type && error != StoreError::full && error != StoreError::clock &&
         error != StoreError::timeout;
}

}  // namespace

StoreError error_of(const Value& error) {
  const auto known = std::ranges::find_if(codes, [&](const Code& code) { return error.is_error(code.code); });
  return known == codes.end() ? StoreError::other : known->error;
}

std::string_view sentence(StoreError error) { return sentences[static_cast<std::size_t>(error)]; }

void StateWatch::decided(Deadline now) {
  last_decided_ = now;
  if (well_) return;
  if (up_.load(std::memory_order_relaxed)) {
    well_ = true;
    const std::scoped_lock lock(mutex_);
    last_error_.clear();
  } else if (now >= doubted_until_) {
    well_ = true;
    set_up(true, "Redis decides again");
  }
}

void StateWatch::failed(StoreError error, std::size_t calls, Deadline now, std::string_view why) {
  constexpr std::chrono::seconds doubt{1};
  count(error, calls);
  if (why.empty()) why = sentence(error);
  well_ = false;
  const bool silent = error == StoreError::timeout && now - last_decided_ >= timeout_;
  const bool refused = is_of_the_store(error) && error != StoreError::down;
  if (refused) doubted_until_ = now + doubt;
  if (up_.load(std::memory_order_relaxed) && (silent || refused || error == StoreError::down)) {
    return set_up(false, why);
  }
  const std::scoped_lock lock(mutex_);
  last_error_ = why;
}

void StateWatch::set_up(bool up, std::string_view why) {
  up_.store(up);
  {
    const std::scoped_lock lock(mutex_);
    last_error_ = up ? std::string_view{} : why;
  }
  if (notice_) notice_(why);
}

StoreHealth StateWatch::health() const {
  StoreHealth health{.up = up_.load()};
  for (std::size_t i = 0; i < errors_.size(); ++i) health.errors[i] = errors_[i].load(std::memory_order_relaxed);
  const std::scoped_lock lock(mutex_);
  health.last_error = last_error_;
  return health;
}

}  // namespace weir::store::redis
