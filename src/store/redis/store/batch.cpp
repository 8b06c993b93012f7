#include "store/redis/store/batch.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

namespace weir::store::redis {
namespace {

bool same(const Key& one, const Key& other) {
  if (one.is_number() != other.is_number()) return false;
  return one.is_number() ? one.number() == other.number() : one.text() == other.text();
}

// The keys of a batch by what they are: an open table of their places among the asks.
class KeyTable {
 public:
  explicit KeyTable(std::size_t most) : slots_(std::bit_ceil(2 * most), empty) {}

  // The place of the key; `next`, which is then its place, when it is new.
  [[nodiscard]] std::uint32_t place(const Key& key, std::span<const Ask> asks, std::uint32_t next) {
    std::size_t at = hash(key) & (slots_.size() - 1);
    while (slots_[at] != empty) {
      if (same(asks[slots_[at]].key, key)) return slots_[at];
      at = (at + 1) & (slots_.size() - 1);
    }
    slots_[at] = next;
    return next;
  }

 private:
  static constexpr std::uint32_t empty = ~std::uint32_t{0};

  static std::size_t hash(const Key& key) {
    if (!key.is_number()) return std::hash<std::string_view>()(key.text());
    constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;
    return static_cast<std::size_t>((key.number() * golden) >> 20U);
  }

  std::vector<std::uint32_t> slots_;
};

bool in_one_window(const SingleCall& one, const SingleCall& other) {
  if (one.request.empty()) return true;
  const auto length = one.space->rule().period.length();
  return one.now.time_since_epoch() / length == other.now.time_since_epoch() / length;
}

}  // namespace

void Batch::take_one(std::deque<SingleCall>& waiting) {
  SingleCall& only = calls_.emplace_back(std::move(waiting.front()));
  waiting.pop_front();
  now_ = only.now;
  costs_.push_back(only.cost);
  places_.push_back(0);
  keys_.push_back(0);
  if (!only.request.empty()) requests_.push_back(only.request);
  asks_.push_back({.key = only.key, .costs = costs_, .requests = requests_});
}

Batch::Batch(std::deque<SingleCall>& waiting, BatchBounds bounds) {
  const std::size_t most = std::min(waiting.size(), bounds.costs);
  if (most == 1) {
    take_one(waiting);
    return;
  }
  const std::size_t most_keys = std::min(most, bounds.keys);
  calls_.reserve(most);
  keys_.reserve(most);
  std::vector<std::uint32_t> counts;  // of costs, by key
  counts.reserve(most_keys);
  asks_.reserve(most_keys);
  KeyTable table(most_keys + 1);  // and the one that is too many
  while (calls_.size() < most) {
    SingleCall& next = waiting.front();
    if (!calls_.empty() && !in_one_window(calls_.front(), next)) break;
    const auto count = static_cast<std::uint32_t>(asks_.size());
    const std::uint32_t key = table.place(next.key, asks_, count);
    if (key == count) {
      if (count == most_keys) break;
      asks_.push_back({.key = next.key, .costs = {}});
      counts.push_back(0);
    }
    ++counts[key];
    keys_.push_back(key);
    now_ = std::max(now_, next.now);
    calls_.push_back(std::move(next));
    waiting.pop_front();
  }

  costs_.resize(calls_.size());
  const bool named = !calls_.front().request.empty();
  if (named) requests_.resize(calls_.size());
  std::vector<std::uint32_t> ends(counts.size());
  std::uint32_t end = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    asks_[i].costs = std::span(costs_).subspan(end, counts[i]);
    if (named) asks_[i].requests = std::span(requests_).subspan(end, counts[i]);
    ends[i] = end;
    end += counts[i];
  }
  places_.reserve(calls_.size());
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const std::uint32_t place = ends[keys_[i]]++;
    places_.push_back(place);
    costs_[place] = calls_[i].cost;
    if (named) requests_[place] = calls_[i].request;
  }
}

void Batch::answer(std::span<const Verdict> verdicts, std::span<const std::shared_ptr<const Requests>> known) {
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const Verdict& verdict = verdicts[places_[i]];
    if (decided(verdict)) {
      Answer answer{.status = Status::decided, .verdicts = {verdict}};
      if (!known.empty()) answer.known.push_back(known[keys_[i]]);
      calls_[i].done(std::move(answer));
    } else {
      calls_[i].done(Answer{.status = Status::down, .verdicts = {}});
    }
  }
}

void Batch::answer(Status status) {
  for (SingleCall& call : calls_) call.done(Answer{.status = status, .verdicts = {}});
}

}  // namespace weir::store::redis
