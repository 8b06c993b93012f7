#include "analytics/recorder.hpp"

#include "analytics/long_key.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace weir::analytics {

namespace {

constexpr std::size_t least_batch = 64 * 1024;  // bytes
constexpr std::size_t most_batch = 1536 * 1024;

std::size_t own_number() noexcept {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t own = next.fetch_add(1, std::memory_order_relaxed);
  return own;
}

std::string random_name() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string name;
  std::uint64_t bits = store::random_word();
  for (int left = 16; left > 0; --left, bits >>= 4) name += digits[bits & 15];
  return name;
}

Millis millis(Instant time) { return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count(); }

}  // namespace

// The thread's batch, taken out of its shard while it is written. Only threads that share a shard ever find it taken.
class Recorder::Writing {
 public:
  explicit Writing(Shard& shard) : shard_(shard) {
    while ((batch_ = shard.batch.exchange(nullptr, std::memory_order_acquire)) == nullptr) std::this_thread::yield();
  }
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;
  ~Writing() { shard_.batch.store(batch_, std::memory_order_release); }
  Batch* operator->() const noexcept { return batch_; }

 private:
  Shard& shard_;
  Batch* batch_;
};

Recorder::~Recorder() {
  for (Shard& shard : shards_) delete shard.batch.load();
}

void Recorder::configure(const std::optional<Terms>& terms) {
  const std::scoped_lock lock(mutex_);
  if (!terms) {
    on_ = false;
    ledger_ = Ledger(Terms{});
    drain([](Millis, const Slice&) {});
    instance_.clear();
    return;
  }
  if (instance_.empty()) instance_ = random_name();
  ledger_.change(*terms);
  on_ = true;
}

Terms Recorder::terms() const {
  const std::scoped_lock lock(mutex_);
  return ledger_.terms();
}

LimitId Recorder::limit(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  if (names_.size() >= most_limits && !ids_.contains(name)) name = other_name;
  if (const auto known = ids_.find(name); known != ids_.end()) return known->second;
  const auto id = static_cast<LimitId>(names_.size());
  names_.emplace_back(name);
  ids_.emplace(name, id);
  return id;
}

Batch::Bounds Recorder::bounds() const {
  return {.bucket = ledger_.terms().bucket,
          .slots = HeavyHitters::slots_for(ledger_.terms().top),
          .bytes = std::clamp(batches_bytes / (threads_ + 1), least_batch, most_batch)};
}

Recorder::Shard& Recorder::own_shard() {
  Shard& shard = shards_[own_number() % most_threads];
  if (!shard.made.load(std::memory_order_acquire)) [[unlikely]]
    make(shard);
  return shard;
}

void Recorder::make(Shard& shard) {
  const std::scoped_lock lock(mutex_);
  if (shard.made.load(std::memory_order_relaxed)) return;
  auto batch = std::make_unique<Batch>();
  ++threads_;
  batch->hold_to(bounds());
  shard.batch.store(batch.release(), std::memory_order_release);
  shard.made.store(true, std::memory_order_release);
}

void Recorder::decided(LimitId limit, Key key, Outcome outcome, std::int64_t cost, Instant now) noexcept {
  if (!is_on()) return;
  try {
    const CountedKey counted(key);
    const std::uint64_t hash = hash_(counted.text());
    if (!Writing(own_shard())->decided(limit, hash, counted.text(), outcome, cost, now)) drop();
  } catch (...) {  // no memory
    drop();
  }
}

void Recorder::charged(LimitId limit, std::int64_t cost, Instant now) noexcept {
  if (!is_on() || cost == 0) return;
  try {
    Writing(own_shard())->charged(limit, cost, now);
  } catch (...) {
    drop();
  }
}

void Recorder::took(std::string_view upstream, std::string_view model, const Tokens& tokens,
                    std::span<const CountedFor> keys, Instant now) noexcept {
  if (!is_on()) return;
  try {
    const std::int64_t total = tokens[Kind::input] + tokens[Kind::output];
    const Writing writing(own_shard());
    writing->rest(now).model({.upstream = std::string(upstream), .model = std::string(model)}) += tokens;
    bool all = true;
    for (std::size_t at = 0; at < keys.size(); ++at) {
      const CountedKey counted(keys[at].key);
      const std::uint64_t hash = hash_(counted.text());
      if (total > 0) all = writing->rank(keys[at].limit, By::tokens, hash, counted.text(), total, now) && all;
      const bool is_new = std::ranges::none_of(keys.first(at), [&](const CountedFor& other) {
        return other.key.is_number() == keys[at].key.is_number() && other.key.text() == keys[at].key.text();
      });
      for (std::size_t kind = 0; is_new && kind < kinds; ++kind) {
        if (tokens.of[kind] <= 0) continue;
        all = writing->rank(static_cast<Kind>(kind), hash, counted.text(), tokens.of[kind], now) && all;
      }
    }
    if (!all) drop();
  } catch (...) {
    drop();
  }
}

void Recorder::invoked(std::string_view function, std::string_view outcome, std::string_view reason,
                       Instant now) noexcept {
  if (!is_on()) return;
  try {
    const LambdaName name{
        .function = std::string(function), .outcome = std::string(outcome), .reason = std::string(reason)};
    ++Writing(own_shard())->rest(now).lambda(name);
  } catch (...) {
    drop();
  }
}

void Recorder::share(std::shared_ptr<Others> others) {
  const std::scoped_lock lock(mutex_);
  others_.swap(others);
  ledger_.nothing_is_told();
}

std::string Recorder::instance() const {
  const std::scoped_lock lock(mutex_);
  return instance_;
}

std::vector<Foreign> Recorder::others(Millis from, Millis to, Instant now) {
  std::shared_ptr<Others> asked;
  {
    const std::scoped_lock lock(mutex_);
    asked = others_;
  }
  if (asked == nullptr) return {};
  return asked->read(from, to, millis(now));
}

void Recorder::collect(Instant now) {
  const std::scoped_lock lock(mutex_);
  collect_locked(now);
}

void Recorder::drain(const std::function<void(Millis, const Slice&)>& take) {
  for (Shard& shard : shards_) {
    if (!shard.made.load(std::memory_order_acquire)) continue;
    if (spare_ == nullptr) spare_ = std::make_unique<Batch>();
    spare_->hold_to(bounds());
    Batch* batch = nullptr;
    do {  // its thread writes for some tens of nanoseconds; one that lost its core gets it back
      batch = shard.batch.load(std::memory_order_relaxed);
      if (batch == nullptr) std::this_thread::yield();
    } while (batch == nullptr || !shard.batch.compare_exchange_strong(batch, spare_.get(), std::memory_order_acq_rel));
    (void)spare_.release();
    spare_.reset(batch);
    batch->drain(names_, take);
  }
}

void Recorder::collect_locked(Instant now) {
  if (!is_on()) return;
  const Millis at = millis(now);
  drain([&](Millis bucket, const Slice& slice) {
    for (const auto& [name, part] : slice.limits) {
      for (const Point& point : part.points) totals_[name] += point.counts;
    }
    ledger_.add(bucket, slice, at);
  });
  drop(static_cast<std::uint64_t>(ledger_.advance(at)));
}

Recorder::Totals Recorder::totals(Instant now) {
  const std::scoped_lock lock(mutex_);
  collect_locked(now);
  return totals_;
}

}  // namespace weir::analytics
