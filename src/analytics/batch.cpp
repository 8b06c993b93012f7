#include "analytics/batch.hpp"

#include <chrono>

namespace weir::analytics {

namespace {

// Of a ranking that is emptied this much is kept, so that the next one needs no memory.
constexpr std::size_t bytes_kept = 64 * 1024;

By ranking_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::limited:
      return By::limited;
    case Outcome::denied:
      return By::denied;
    case Outcome::allowed:
    case Outcome::shadowed:
      break;
  }
  return By::allowed;
}

void empty(HeavyHitters& ranking) {
  if (ranking.bytes() > bytes_kept) {
    ranking = HeavyHitters();
  } else {
    ranking.clear();
  }
}

}  // namespace

Batch::Bucket& Batch::bucket(Instant now) {
  if (used_ > 0 && buckets_[used_ - 1]->first <= now && now < buckets_[used_ - 1]->after) [[likely]]
    return *buckets_[used_ - 1];
  return another_bucket(now);
}

Batch::Bucket& Batch::another_bucket(Instant now) {
  for (std::size_t at = 0; at < used_; ++at) {
    if (buckets_[at]->first <= now && now < buckets_[at]->after) return *buckets_[at];
  }
  if (used_ == most_buckets) return *buckets_[used_ - 1];
  if (used_ == buckets_.size()) buckets_.push_back(std::make_unique<Bucket>());
  Bucket& made = *buckets_[used_++];
  const Millis at = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
  made.begin = start_of(at, bounds_.bucket);
  made.first = Instant(std::chrono::milliseconds(made.begin));
  made.after = made.first + std::chrono::milliseconds(bounds_.bucket);
  return made;
}

Batch::OfLimit& Batch::of(Bucket& bucket, LimitId limit) {
  if (limit >= bucket.limits.size()) [[unlikely]]
    bucket.limits.resize(limit + std::size_t{1});
  OfLimit& found = bucket.limits[limit];
  if (!found.touched) [[unlikely]] {
    bucket.touched.push_back(limit);
    found.touched = true;
  }
  return found;
}

bool Batch::add(HeavyHitters& ranking, std::uint64_t hash, std::string_view key, std::int64_t count) {
  const std::size_t before = ranking.bytes();
  const bool may_grow = bytes_ < bounds_.bytes;
  if (ranking.size() == 0) {
    if (!may_grow) return false;
    ranking.hold_to(bounds_.slots);
    bytes_ += before;
  }
  ranking.add(hash, key, count, may_grow);
  bytes_ += ranking.bytes() - before;
  return true;
}

bool Batch::decided(LimitId limit, std::uint64_t hash, std::string_view key, Outcome outcome, std::int64_t cost,
                    Instant now) {
  OfLimit& found = of(bucket(now), limit);
  found.counts.count(outcome);
  found.counts.cost += cost;
  if (found.tops == nullptr) [[unlikely]]
    found.tops = std::make_unique<Tops>();
  return add((*found.tops)[static_cast<std::size_t>(ranking_of(outcome))], hash, key, 1);
}

void Batch::charged(LimitId limit, std::int64_t cost, Instant now) { of(bucket(now), limit).counts.cost += cost; }

bool Batch::rank(LimitId limit, By by, std::uint64_t hash, std::string_view key, std::int64_t count, Instant now) {
  OfLimit& found = of(bucket(now), limit);
  if (found.tops == nullptr) found.tops = std::make_unique<Tops>();
  return add((*found.tops)[static_cast<std::size_t>(by)], hash, key, count);
}

bool Batch::rank(Kind kind, std::uint64_t hash, std::string_view key, std::int64_t count, Instant now) {
  return add(bucket(now).slice.keys[static_cast<std::size_t>(kind)], hash, key, count);
}

Slice& Batch::rest(Instant now) { return bucket(now).slice; }

void Batch::lend(Bucket& bucket, const std::vector<std::string>& names) {
  for (const LimitId id : bucket.touched) {
    OfLimit& found = bucket.limits[id];
    LimitPart& part = bucket.slice.limit(names[id]);
    part.points.assign(1, {.t = bucket.begin, .counts = found.counts});
    if (found.tops != nullptr) std::swap(part.tops, *found.tops);
  }
}

void Batch::take_back(Bucket& bucket, const std::vector<std::string>& names) {
  for (const LimitId id : bucket.touched) {
    OfLimit& found = bucket.limits[id];
    if (found.tops != nullptr) {
      std::swap(bucket.slice.limit(names[id]).tops, *found.tops);
      for (HeavyHitters& ranking : *found.tops) empty(ranking);
    }
    found.counts = {};
    found.touched = false;
  }
  bucket.touched.clear();
  bucket.slice = Slice();
}

}  // namespace weir::analytics
