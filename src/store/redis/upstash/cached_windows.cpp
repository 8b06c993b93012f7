#include "store/redis/upstash/cached_windows.hpp"

#include "store/redis/store/store_core.hpp"
#include "store/redis/upstash/keys.hpp"
#include "store/redis/upstash/space.hpp"

#include <span>
#include <utility>
#include <vector>

namespace weir::store::redis::upstash {
namespace {

const Terms& terms_of(const RedisSpace& space) { return static_cast<const UpstashSpace&>(space).terms(); }

// What an answer will say something about.
struct Awaited {
  std::shared_ptr<const RedisSpace> space;  // none: not counted here
  std::string identifier;
  std::int64_t cost;
};

}  // namespace

CachedFixedWindow* CachedWindows::find(const RedisSpace& space) {
  const auto found = spaces_.find(&space);
  if (found == spaces_.end()) return nullptr;
  if (found->second.space.lock().get() == &space) return &found->second.counts;
  spaces_.erase(found);  // of one that lay in the same place
  return nullptr;
}

std::optional<Verdict> CachedWindows::take(const RedisSpace& space, Key key, std::int64_t cost, Instant now) {
  if (terms_of(space).kind != Kind::fixed_window) return std::nullopt;
  used_.store(true, std::memory_order_relaxed);
  std::string identifier = identifier_of(key);
  std::optional<Verdict> verdict;
  {
    const std::scoped_lock lock(mutex_);
    CachedFixedWindow* counts = find(space);
    if (counts == nullptr) {
      std::erase_if(spaces_, [](const auto& one) { return one.second.space.expired(); });
      spaces_.emplace(&space, Counted{space.weak_from_this(), CachedFixedWindow(terms_of(space), most_keys)});
      return std::nullopt;
    }
    verdict = counts->decide(identifier, cost, now);
  }
  if (verdict && verdict->allowed()) charge(space, std::move(identifier), cost, now);
  return verdict;
}

void CachedWindows::charge(const RedisSpace& space, std::string identifier, std::int64_t cost, Instant now) {
  core_->note_first_call();
  if (!core_->inbox().enter()) return core_->watch().count(StoreError::full, 1);
  core_->put([self = shared_from_this(), owner = space.shared_from_this(), identifier = std::move(identifier), cost,
              now](StoreCore* core) mutable {
    const Ask ask{.key = std::string_view(identifier), .costs = std::span(&cost, 1)};
    ScriptCall script = core->layout().charge(*owner, std::span(&ask, 1), now);
    core->call(std::move(script), core->options().now() + core->options().timeout, 1,
               [self, core, owner, identifier, cost, now](const StoreCore::Said& said) {
                 core->inbox().leave();
                 const Ask asked{.key = std::string_view(identifier), .costs = std::span(&cost, 1)};
                 Verdict verdict;
                 const bool read = said && core->layout().read_each(*owner, std::span(&asked, 1), now, said->get(),
                                                                    std::span(&verdict, 1));
                 if (!read || !decided(verdict)) return;
                 const std::scoped_lock lock(self->mutex_);
                 if (CachedFixedWindow* const counts = self->find(*owner)) {
                   counts->charged(identifier, cost, verdict, now);
                 }
               });
  });
}

OnAnswer CachedWindows::learning(const Call& call, OnAnswer done) {
  if (!used_.load(std::memory_order_relaxed)) return done;
  std::vector<Awaited> awaited;
  {
    const std::scoped_lock lock(mutex_);
    bool any = false;
    for (const Check& check : call.checks) {
      const auto& space = static_cast<const RedisSpace&>(*check.space);
      const bool counted = find(space) != nullptr;
      any = any || counted;
      awaited.push_back(counted ? Awaited{space.shared_from_this(), identifier_of(check.key), check.cost} : Awaited{});
    }
    if (!any) return done;
  }
  return [self = shared_from_this(), awaited = std::move(awaited), now = call.now,
          done = std::move(done)](Answer answer) mutable {
    if (answer.status == Status::decided && answer.verdicts.size() == awaited.size()) {
      for (std::size_t at = 0; at < awaited.size(); ++at) {
        const Awaited& one = awaited[at];
        if (one.space != nullptr) self->learn(*one.space, one.identifier, one.cost, answer.verdicts[at], now);
      }
    }
    done(std::move(answer));
  };
}

void CachedWindows::learn(const RedisSpace& space, const std::string& identifier, std::int64_t cost,
                          const Verdict& verdict, Instant now) {
  if (!decided(verdict) || verdict.outcome == limits::Outcome::denied) return;
  const std::scoped_lock lock(mutex_);
  CachedFixedWindow* const counts = find(space);
  if (counts == nullptr) return;
  // What was given back is no longer used: it is asked for anew.
  cost < 0 ? counts->forget(identifier) : counts->learn(identifier, verdict, now);
}

void CachedWindows::forget(const RedisSpace& space, Key key) {
  const std::string identifier = identifier_of(key);
  const std::scoped_lock lock(mutex_);
  for (auto& [other, counted] : spaces_) {
    const auto owner = counted.space.lock();
    if (owner != nullptr && owner->prefix() == space.prefix()) counted.counts.forget(identifier);
  }
}

void CachedWindows::forget(const RedisSpace& space) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(spaces_, [&](const auto& one) {
    const auto owner = one.second.space.lock();
    return owner == nullptr || owner->prefix() == space.prefix();
  });
}

}  // namespace weir::store::redis::upstash
