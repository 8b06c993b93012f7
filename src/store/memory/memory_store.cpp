#include "store/memory/memory_store.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <thread>
#include <utility>

namespace weir::store {
namespace {

using Kind = MemorySpace::Kind;

constexpr std::size_t max_checks = 64;
constexpr Nanos remembered = std::chrono::minutes(10);  // an id, at least
constexpr std::int64_t max_ids = 1'000'000;

static_assert(static_cast<std::uint64_t>(MemoryStore::last.time_since_epoch().count()) + CompactBucket::longest_span <
              CompactBucket::last_nanos);

const MemorySpace& memory(const Space& space) noexcept { return static_cast<const MemorySpace&>(space); }

Instant later(Instant now, Nanos by) noexcept { return by > Instant::max() - now ? Instant::max() : now + by; }

// Shards by the dozen for each core, so that two threads seldom meet; few for a store of few keys, whose bound would
// else be split too finely.
unsigned shard_bits(std::uint64_t max_keys) {
  const auto cores = std::clamp(std::thread::hardware_concurrency(), 2U, 32U);
  const auto wanted = static_cast<unsigned>(std::bit_width(cores * 8 - 1));
  const auto sensible = static_cast<unsigned>(std::bit_width(max_keys / 1024));
  return std::min(wanted, sensible == 0 ? 0 : sensible - 1);
}

}  // namespace

struct MemoryStore::Located {
  const MemorySpace* space = nullptr;
  Place place{};
  std::int64_t before = 0;  // what earlier checks of this call take from the same counter
  bool holds = false;
};

// Locks the shards of some checks, each once, in ascending order.
class MemoryStore::Locked {
 public:
  explicit Locked(std::span<const Located> located) {
    for (const Located& one : located) shards_[count_++] = one.place.shard;
    std::sort(shards_.begin(), shards_.begin() + count_);
    count_ = static_cast<std::size_t>(std::unique(shards_.begin(), shards_.begin() + count_) - shards_.begin());
    for (std::size_t at = 0; at < count_; ++at) shards_[at]->lock.lock();
  }
  ~Locked() {
    for (std::size_t at = 0; at < count_; ++at) shards_[at]->lock.unlock();
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  std::array<Shard*, max_checks> shards_;
  std::size_t count_ = 0;
};

MemoryStore::MemoryStore(MemoryOptions options)
    : budget_(static_cast<std::uint64_t>(std::max<std::int64_t>(1, options.max_keys))),
      shard_shift_(63 - shard_bits(static_cast<std::uint64_t>(std::max<std::int64_t>(1, options.max_keys)))),
      shards_(std::make_unique<Shard[]>(shard_count())),
      ledger_(static_cast<std::size_t>(std::clamp<std::int64_t>(options.max_keys, 1, max_ids))) {
  for (std::size_t at = 0; at < shard_count(); ++at) shards_[at].draw_from(budget_);
}

MemoryStore::~MemoryStore() = default;

Verdict MemoryStore::take_one(const Space& space, Key key, Instant now, std::int64_t cost) noexcept {
  return take(memory(space), locate(memory(space), key), now, cost);
}

void MemoryStore::take_many(const Space& space, std::span<const Key> keys, Instant now, std::int64_t cost,
                            std::span<Verdict> verdicts) noexcept {
  constexpr std::size_t ahead = 16;  // cache misses a core has in flight
  std::array<Place, ahead> places;
  for (std::size_t begin = 0; begin < keys.size(); begin += ahead) {
    const std::size_t count = std::min(ahead, keys.size() - begin);
    for (std::size_t at = 0; at < count; ++at) places[at] = locate(memory(space), keys[begin + at]);
    for (std::size_t at = 0; at < count; ++at) verdicts[begin + at] = take(memory(space), places[at], now, cost);
  }
}

std::size_t MemoryStore::locate_all(const Call& call, std::span<Located> located) const noexcept {
  std::size_t holding = 0;
  for (std::size_t at = 0; at < call.checks.size(); ++at) {
    const Check& check = call.checks[at];
    Located& one = located[at];
    one.space = &memory(*check.space);
    one.place = locate(*one.space, check.key);
    one.holds = check.hold || (one.space->kind() == Kind::concurrency && check.cost != 0);
    holding += one.holds ? 1 : 0;
    for (std::size_t earlier = 0; earlier < at; ++earlier) {
      if (located[earlier].place.hash == one.place.hash) one.before += call.checks[earlier].cost;
    }
  }
  return holding;
}

// Whether all pass. The shards are locked; so is the ledger where a check is of concurrency.
bool MemoryStore::judge(const Call& call, std::span<Located> located, std::span<Verdict> verdicts) {
  const auto look = [&](const Located& one, std::int64_t cost) {
    if (one.space->kind() != Kind::concurrency) {
      return one.place.shard->look(*one.space, one.place.hash, call.now, cost);
    }
    return one.space->concurrency().look(ledger_.held(one.place.hash, call.now), cost);
  };
  bool all = true;
  for (std::size_t at = 0; at < located.size(); ++at) {
    const std::int64_t cost = call.checks[at].cost;
    const std::int64_t before = located[at].before;
    verdicts[at] = look(located[at], before + cost);
    if (cost == 0 && before > 0 && verdicts[at].allowed() && verdicts[at].remaining == 0) {
      verdicts[at] = look(located[at], before + 1);  // it asks whether one is left behind those before it
    }
    all = all && verdicts[at].allowed();
  }
  if (all) return true;
  for (std::size_t at = 0; at < located.size(); ++at) {  // nothing is charged: say what is really left
    Verdict& verdict = verdicts[at];
    const Verdict rest = look(located[at], 0);
    verdict.remaining = rest.remaining;
    verdict.debt = rest.debt;
    verdict.reset = rest.reset;
  }
  return false;
}

bool MemoryStore::charge(const Call& call, std::span<Located> located) noexcept {
  for (std::size_t at = 0; at < located.size(); ++at) {
    const Located& one = located[at];
    if (one.space->kind() == Kind::concurrency) continue;  // the ledger counts what is held
    if (one.place.shard->charge(*one.space, one.place.hash, call.now, call.checks[at].cost)) continue;
    while (at-- > 0) {
      const Located& charged = located[at];
      if (charged.space->kind() == Kind::concurrency) continue;
      (void)charged.place.shard->charge(*charged.space, charged.place.hash, call.now, -call.checks[at].cost);
    }
    return false;
  }
  return true;
}

Status MemoryStore::decide_now(const Call& asked, std::span<Verdict> verdicts) {
  if (asked.checks.size() > max_checks || verdicts.size() != asked.checks.size()) return Status::conflict;
  Call call = asked;
  call.now = within(asked.now);
  std::array<Located, max_checks> all;
  const std::span<Located> located(all.data(), call.checks.size());
  const std::size_t holding = locate_all(call, located);
  if (holding > 0 || !call.id.empty()) {
    if (call.id.empty() || (holding > 0 && call.lease <= Nanos(0))) return Status::conflict;
    return decide_with_ledger(call, located, verdicts);
  }
  if (std::ranges::any_of(located, [](const Located& one) { return one.space->kind() == Kind::concurrency; })) {
    const std::lock_guard guard(ledger_lock_);  // a look at what is held
    const Locked locked(located);
    return !judge(call, located, verdicts) || charge(call, located) ? Status::decided : Status::full;
  }
  if (located.size() == 1) {
    verdicts[0] = take(*located[0].space, located[0].place, call.now, call.checks[0].cost);
    return Status::decided;
  }
  const Locked locked(located);
  return !judge(call, located, verdicts) || charge(call, located) ? Status::decided : Status::full;
}

Status MemoryStore::decide_with_ledger(const Call& call, std::span<Located> located, std::span<Verdict> verdicts) {
  Entry entry;
  entry.id = call.id;
  entry.once = call.once;
  entry.held_at = call.now;
  entry.lease_end = later(call.now, call.lease);
  entry.forget_at = later(call.now, std::max(call.lease, remembered));
  for (std::size_t at = 0; at < located.size(); ++at) {
    const Located& one = located[at];
    const std::int64_t amount = call.checks[at].cost;
    const std::uint64_t whom =
        one.place.hash ^ one.space->salt() ^ reinterpret_cast<std::uintptr_t>(one.space->identity());
    entry.question = fold_multiply(entry.question + whom, 0x9e3779b97f4a7c15) + static_cast<std::uint64_t>(amount) * 2 +
                     (one.holds ? 1 : 0);
    if (!one.holds) continue;
    entry.parts.push_back({.space = one.space->shared_from_this(),
                           .hash = one.place.hash,
                           .amount = amount,
                           .concurrency = one.space->kind() == Kind::concurrency});
  }

  const std::lock_guard guard(ledger_lock_);
  if (const Entry* known = ledger_.find(call.id, call.now)) {
    if (known->question != entry.question || known->verdicts.size() != verdicts.size()) return Status::conflict;
    std::copy(known->verdicts.begin(), known->verdicts.end(), verdicts.begin());
    return Status::repeated;
  }
  if (ledger_.full()) return Status::full;
  {
    const Locked locked(located);
    entry.granted = judge(call, located, verdicts);
    if (entry.granted && !charge(call, located)) return Status::full;
  }
  if (call.once && !entry.granted) return Status::decided;
  entry.verdicts.assign(verdicts.begin(), verdicts.end());
  ledger_.add(std::move(entry));
  return Status::decided;
}

Settled MemoryStore::settle_now(std::string_view id, std::span<const std::int64_t> amounts, Instant now) {
  now = within(now);
  const std::lock_guard guard(ledger_lock_);
  Entry* entry = ledger_.find(id, now);
  if (entry == nullptr || !entry->granted) return std::unexpected(SettleError::unknown);
  const bool holds_nothing = entry->parts.empty();
  if (holds_nothing && entry->lease_end == entry->held_at) return std::unexpected(SettleError::unknown);  // of a charge
  if (!holds_nothing && amounts.size() != 1 && amounts.size() != entry->parts.size()) {
    return std::unexpected(SettleError::conflict);
  }
  std::vector<std::int64_t> each(std::max<std::size_t>(entry->parts.size(), 1), amounts[0]);
  if (amounts.size() > 1) each.assign(amounts.begin(), amounts.end());
  if (entry->settled) {
    if (each == entry->amounts) return {};
    return std::unexpected(SettleError::conflict);
  }
  entry->settled = true;
  entry->amounts = each;
  for (std::size_t at = 0; at < entry->parts.size(); ++at) {
    settle_part(entry->parts[at], each[at], entry->held_at, now);
  }
  if (entry->once) ledger_.forget(*entry);
  return {};
}

void MemoryStore::settle_part(Part& part, std::int64_t used, Instant held_at, Instant now) {
  if (!part.concurrency) {
    Shard& shard = shard_of(part.hash);
    const std::lock_guard guard(shard.lock);
    if (used > part.amount) (void)shard.charge(*part.space, part.hash, now, used - part.amount);
    if (used < part.amount && part.open) shard.give_back(*part.space, part.hash, now, part.amount - used, held_at);
  }
  ledger_.close(part);
}

Settled MemoryStore::renew_now(std::string_view id, Nanos lease, Instant now) {
  now = within(now);
  const std::lock_guard guard(ledger_lock_);
  Entry* entry = ledger_.find(id, now);
  if (entry == nullptr || !entry->granted || entry->settled || entry->parts.empty() || entry->lease_end <= now) {
    return std::unexpected(SettleError::unknown);
  }
  ledger_.renew(*entry, later(now, lease));
  return {};
}

void MemoryStore::charge_now(const Space& space, Key key, Instant now, std::int64_t units) noexcept {
  if (memory(space).kind() == Kind::concurrency) return;
  const Place place = locate(memory(space), key);
  const std::lock_guard guard(place.shard->lock);
  (void)place.shard->charge(memory(space), place.hash, within(now), units);
}

void MemoryStore::reset_now(const Space& space, Key key) {
  const Place place = locate(memory(space), key);
  const std::lock_guard ledger_guard(ledger_lock_);
  ledger_.void_key(place.hash);
  const std::lock_guard guard(place.shard->lock);
  place.shard->clear(memory(space), place.hash);
}

void MemoryStore::reset_all_now(const Space& space) { memory(space).resalt(random_word()); }

MemoryStore::Statistics MemoryStore::statistics() const {
  Statistics statistics;
  for (std::size_t at = 0; at < shard_count(); ++at) {
    const std::lock_guard guard(shards_[at].lock);
    statistics.keys += shards_[at].living();
    statistics.evictions += shards_[at].evicted();
  }
  const std::lock_guard guard(ledger_lock_);
  statistics.ids = ledger_.size();
  return statistics;
}

std::shared_ptr<const Space> MemoryStore::open(std::string_view name, const Rule& rule) {
  const std::int64_t anchor =
      rule.anchor ? std::chrono::sys_days(*rule.anchor).time_since_epoch().count() : std::int64_t{INT64_MIN};
  SpaceName key(name, rule.algorithm, rule.period.kind(), rule.period.length().count(), anchor);
  const std::lock_guard guard(salts_lock_);
  std::weak_ptr<Salt>& known = salts_[std::move(key)];
  std::shared_ptr<Salt> salt = known.lock();
  if (salt == nullptr) {
    salt = std::make_shared<Salt>();
    salt->value.store(random_word(), std::memory_order_relaxed);
    known = salt;
    if (std::has_single_bit(salts_.size())) std::erase_if(salts_, [](const auto& one) { return one.second.expired(); });
  }
  return std::make_shared<MemorySpace>(rule, std::move(salt));
}

void MemoryStore::decide(const Call& call, std::move_only_function<void(Answer)> done) {
  Answer answer{.status = Status::decided, .verdicts = std::vector<Verdict>(call.checks.size())};
  answer.status = decide_now(call, answer.verdicts);
  done(std::move(answer));
}

void MemoryStore::settle(std::string_view id, std::span<const std::int64_t> amounts, Instant now,
                         std::move_only_function<void(Settled)> done) {
  done(settle_now(id, amounts, now));
}

void MemoryStore::renew(std::string_view id, Nanos lease, Instant now, std::move_only_function<void(Settled)> done) {
  done(renew_now(id, lease, now));
}

void MemoryStore::reset(const Space& space, Key key, Instant, std::move_only_function<void(Settled)> done) {
  reset_now(space, key);
  done({});
}

void MemoryStore::reset_all(const Space& space, Instant, std::move_only_function<void(Settled)> done) {
  reset_all_now(space);
  done({});
}

void MemoryStore::charge(const Space& space, std::span<const Charge> charges, Instant now,
                         std::move_only_function<void(Status)> done) {
  for (const Charge& one : charges) charge_now(space, one.key, now, one.units);
  done(Status::decided);
}

}  // namespace weir::store
