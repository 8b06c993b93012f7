#include "analytics/slice_writer.hpp"

#include "analytics/slice_text.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace weir::analytics {

// Records of one group.
struct SliceWriter::Batch {
  Millis day = 0;
  limits::Nanos ttl{};
  std::size_t bytes = 0;
  bool adds = false;  // something, else it only removes
  std::vector<store::Record> records{};
  std::vector<SliceChange> changes{};
};

struct SliceWriter::Flight {
  explicit Flight(std::shared_ptr<store::Records> its_records) : records(std::move(its_records)) {}

  const std::shared_ptr<store::Records> records;
  std::mutex mutex;  // of all below
  std::condition_variable landed;
  bool under_way = false;
  bool failed = false;             // the last one
  bool forgotten = false;          // the store knows nothing of what it was told
  std::deque<Batch> left;          // of the one under way
  std::vector<SliceChange> known;  // to be written, and not said to the recorder yet: its lock may be held for long
  std::set<Millis> days;           // of groups that should be there
};

SliceWriter::SliceWriter(Recorder& recorder, std::shared_ptr<store::Records> records)
    : recorder_(recorder), flight_(std::make_shared<Flight>(std::move(records))) {}

std::vector<SliceWriter::Batch> SliceWriter::changed(Instant now, const std::vector<SliceChange>& known,
                                                     bool all_is_lost) {
  const Millis at = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::string instance = recorder_.instance();
  const Terms terms = recorder_.terms();
  const Millis retention = terms.retention;
  std::vector<Batch> batches;
  std::size_t bytes = 0;
  recorder_.each_changed(known, all_is_lost, [&](const SliceChange& change, const Slice* slice) {
    if (bytes >= most_in_flush || instance.empty()) return;
    const SliceName& name = change.name;
    const Millis of_day = start_of(name.begin, day);
    if (batches.empty() || batches.back().day != of_day || batches.back().bytes >= most_at_once) {
      batches.push_back({.day = of_day});
    }
    Batch& batch = batches.back();
    const Millis left =
        std::clamp<Millis>(name.begin + name.length + retention - at, 1000, std::max<Millis>(retention, 1000));
    batch.ttl = std::max<limits::Nanos>(batch.ttl, std::chrono::milliseconds(left));
    batch.adds = batch.adds || slice != nullptr;
    std::string text = slice == nullptr ? std::string() : slice_text(*slice, terms.top);
    batch.bytes += text.size();
    bytes += text.size();
    batch.records.push_back(
        {.name = text_of({.instance = instance, .slice = name}), .version = change.change, .bytes = std::move(text)});
    batch.changes.push_back(change);
  });
  return batches;
}

void SliceWriter::send_next(const std::shared_ptr<Flight>& flight) {
  Batch batch;
  {
    const std::scoped_lock lock(flight->mutex);
    batch = std::move(flight->left.front());
    flight->left.pop_front();
  }
  auto done = [flight, of_day = batch.day, adds = batch.adds,
               changes = std::move(batch.changes)](store::RecordsWritten how) {
    {
      const std::scoped_lock lock(flight->mutex);
      if (how == store::RecordsWritten::unknown) {
        flight->failed = true;
        flight->left.clear();
      } else {
        flight->known.insert(flight->known.end(), changes.begin(), changes.end());
        if (adds && !flight->days.insert(of_day).second && how == store::RecordsWritten::begun) {
          flight->forgotten = true;
        }
      }
      if (flight->left.empty()) {
        flight->under_way = false;
        flight->landed.notify_all();
        return;
      }
    }
    send_next(flight);
  };
  flight->records->write(group_of(batch.day), std::move(batch.records), batch.ttl, std::move(done));
}

bool SliceWriter::begin(Instant now) {
  std::vector<SliceChange> known;
  bool forgotten = false;
  {
    const std::scoped_lock lock(flight_->mutex);
    if (flight_->under_way) return true;
    known.swap(flight_->known);
    if ((forgotten = std::exchange(flight_->forgotten, false))) flight_->days.clear();
    flight_->under_way = true;
    flight_->failed = false;
  }
  std::vector<Batch> batches;
  try {
    batches = changed(now, known, forgotten);
  } catch (...) {  // no memory: there may be some the next time
    const std::scoped_lock lock(flight_->mutex);
    flight_->forgotten = true;  // what was known may not have been said
    flight_->under_way = false;
    throw;
  }
  {
    const std::scoped_lock lock(flight_->mutex);
    std::ranges::move(batches, std::back_inserter(flight_->left));
    flight_->under_way = !batches.empty();
    constexpr std::size_t most_days = 4000;
    if (flight_->days.size() > most_days) flight_->days.erase(flight_->days.begin());
  }
  if (!batches.empty()) send_next(flight_);
  return !batches.empty();
}

void SliceWriter::flush(Instant now) { (void)begin(now); }

bool SliceWriter::flush_all(Instant now, std::chrono::milliseconds longest) {
  const auto until = std::chrono::steady_clock::now() + longest;
  const auto land = [&] {
    std::unique_lock lock(flight_->mutex);
    return flight_->landed.wait_until(lock, until, [&] { return !flight_->under_way; });
  };
  if (!land()) return false;
  while (begin(now)) {
    if (!land()) return false;
    const std::scoped_lock lock(flight_->mutex);
    if (flight_->failed) return false;
  }
  return true;
}

}  // namespace weir::analytics
