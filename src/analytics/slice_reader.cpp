#include "analytics/slice_reader.hpp"

#include "analytics/questions.hpp"
#include "analytics/slice_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace weir::analytics {

namespace {

constexpr Millis longest_slice = 1440;  // in buckets
constexpr std::size_t lists_at_once = 8;
constexpr std::size_t fetches_at_once = 2;  // a decision waits behind no more of them
constexpr std::size_t most_bytes_fetched = std::size_t{256} << 10;
constexpr std::size_t most_names_fetched = 256;

bool overlaps(const SliceName& slice, Millis from, Millis to) {
  return slice.begin < to && slice.begin + slice.length > from;
}

// Names in order: those of one instance follow each other, by level.
template <class Wanted>
void erase_parts_of_longer_ones(std::vector<Wanted>& all) {
  std::ranges::sort(all, {}, &Wanted::name);
  std::vector<bool> is_part(all.size());
  for (std::size_t first = 0, last = 0; first < all.size(); first = last) {
    while (last < all.size() && all[last].name.instance == all[first].name.instance) ++last;
    for (std::size_t at = first; at < last; ++at) {
      const SliceName& part = all[at].name.slice;
      is_part[at] = std::any_of(all.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                all.begin() + static_cast<std::ptrdiff_t>(last), [&](const Wanted& other) {
                                  const SliceName& longer = other.name.slice;
                                  return longer.level > part.level && longer.begin <= part.begin &&
                                         longer.begin + longer.length >= part.begin + part.length;
                                });
    }
  }
  std::size_t at = 0;
  std::erase_if(all, [&](const Wanted&) { return is_part[at++]; });
}

}  // namespace

// The latest day first: a slice is written before what it has taken in is removed, and begins no later.
std::vector<SliceReader::Wanted> SliceReader::list(Millis from, Millis to, Millis now, Time until) const {
  const Terms terms = recorder_.terms();
  const std::string own = recorder_.instance();
  const Millis earliest = std::max<Millis>(0, from - std::min(longest_slice * terms.bucket, terms.retention));
  const Millis latest = std::min(to - 1, now + day);
  std::vector<Millis> days;
  for (Millis t = start_of(latest, day); t > earliest - day; t -= day) days.push_back(t);
  using Listed = std::vector<store::ListedRecord>;
  const auto answers = answers_to<Listed>(days.size(), lists_at_once, until, [&](std::size_t nth, auto done) {
    records_->list(group_of(days[nth]), std::move(done));
  });
  std::vector<Wanted> wanted;
  for (const auto& answer : answers) {
    if (!answer) continue;
    for (const store::ListedRecord& record : *answer) {
      auto name = parse_shared_name(record.name);
      if (!name || name->instance == own || !overlaps(name->slice, from, to)) continue;
      wanted.push_back({.name = *std::move(name), .version = record.version, .bytes = record.bytes, .slice = {}});
    }
  }
  erase_parts_of_longer_ones(wanted);
  return wanted;
}

bool SliceReader::fetch(std::vector<Wanted>& wanted, Time until) {
  struct Chunk {
    std::string group;
    std::vector<Wanted*> slices;
    std::size_t bytes = 0;
  };
  std::vector<Chunk> chunks;
  std::size_t bytes = 0;
  std::vector<Wanted*> missing;
  for (Wanted& one : wanted) {
    if (one.slice == nullptr) missing.push_back(&one);
  }
  std::ranges::sort(missing, std::ranges::greater(), [](const Wanted* one) { return one->name.slice.begin; });
  for (Wanted* const one : missing) {
    bytes += one->bytes;
    if (bytes > most_read) break;  // the oldest
    const std::string group = group_of(one->name.slice.begin);
    if (chunks.empty() || chunks.back().group != group || chunks.back().slices.size() >= most_names_fetched ||
        chunks.back().bytes + one->bytes > most_bytes_fetched) {
      chunks.push_back({.group = group, .slices = {}});
    }
    chunks.back().slices.push_back(one);
    chunks.back().bytes += one->bytes;
  }
  using Fetched = std::vector<std::string>;
  auto answers = answers_to<Fetched>(chunks.size(), fetches_at_once, until, [&](std::size_t nth, auto done) {
    std::vector<std::string> names;
    for (const Wanted* const one : chunks[nth].slices) names.push_back(text_of(one->name));
    records_->fetch(chunks[nth].group, names, std::move(done));
  });
  bool all_there = true;
  for (std::size_t nth = 0; nth < chunks.size(); ++nth) {
    if (!answers[nth]) continue;
    for (std::size_t at = 0; at < chunks[nth].slices.size() && at < answers[nth]->size(); ++at) {
      const std::string& text = (*answers[nth])[at];
      Wanted& one = *chunks[nth].slices[at];
      if (text.empty()) {
        all_there = false;
      } else if (auto slice = read_slice(text, [this](std::string_view key) { return recorder_.hash_of(key); })) {
        one.slice = std::make_shared<const Slice>(*std::move(slice));
        keep(one);
      }
    }
    answers[nth]->clear();
  }
  return all_there;
}

std::vector<Foreign> SliceReader::read(Millis from, Millis to, Millis now) {
  from = std::max({from, now - recorder_.terms().retention, Millis{0}});
  if (from >= to) return {};
  const Time until = std::chrono::steady_clock::now() + patience;
  std::vector<Wanted> wanted;
  for (bool again : {true, false}) {  // a process may add a slice to a longer one in between
    wanted = list(from, to, now, until);
    take_kept(wanted);
    if (fetch(wanted, until) || !again) break;
  }
  std::vector<Foreign> found;
  for (Wanted& one : wanted) {
    if (one.slice == nullptr) continue;
    const SliceName& name = one.name.slice;
    found.push_back({.begin = name.begin, .end = name.begin + name.length, .slice = std::move(one.slice)});
  }
  return found;
}

void SliceReader::take_kept(std::vector<Wanted>& wanted) {
  const Time now = std::chrono::steady_clock::now();
  const std::scoped_lock lock(mutex_);
  for (Wanted& one : wanted) {
    const auto known = kept_.find(one.name);
    if (known == kept_.end() || known->second.version != one.version) continue;
    known->second.used = now;
    one.slice = known->second.slice;
  }
}

// The bytes of a text and of what is made of it are about the same.
void SliceReader::keep(const Wanted& wanted) {
  const std::size_t bytes = wanted.slice->bytes();
  const Time now = std::chrono::steady_clock::now();
  const std::scoped_lock lock(mutex_);
  if (const auto old = kept_.find(wanted.name); old != kept_.end()) {
    kept_bytes_ -= old->second.bytes;
    kept_.erase(old);
  }
  if (kept_bytes_ + bytes > most_kept) return;
  kept_bytes_ += bytes;
  kept_.emplace(wanted.name, Kept{.version = wanted.version, .slice = wanted.slice, .bytes = bytes, .used = now});
}

void SliceReader::forget_unused() {
  const Time now = std::chrono::steady_clock::now();
  const std::scoped_lock lock(mutex_);
  std::erase_if(kept_, [&](const auto& one) {
    const bool unused = now - one.second.used > kept_unused;
    if (unused) kept_bytes_ -= one.second.bytes;
    return unused;
  });
}

}  // namespace weir::analytics
