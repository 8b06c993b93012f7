// ledger.hpp: what is held, and which ids were answered.
//
// An entry is a call with an id: its first answer, and a part for each check that holds. Entries are kept for the
// longer of their lease and ten minutes, so that a retry gets the same answer and a late settlement is still applied.
// The open parts of one key are linked, so that a reset can void them and concurrency can count them.
//
// Nothing sweeps: each call forgets a few entries whose time has come. A ledger that is full refuses new ids rather
// than forget one it promised to remember. Not thread-safe: the memory store holds one lock around it.
#pragma once

#include "limits/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir::store {

class MemorySpace;

struct Part;
using OpenParts = std::multimap<Instant, Part*>;  // soonest lease end first

// What one check of a reservation holds.
struct Part {
  std::shared_ptr<const MemorySpace> space;
  std::uint64_t hash = 0;  // of the key in its space
  std::int64_t amount = 0;
  bool concurrency = false;
  bool open = false;  // holds something: neither settled, voided by a reset, nor (concurrency) past its lease's end
  OpenParts::iterator place{};  // among the open parts of its key; when open
};

struct Entry {
  std::string id;
  std::uint64_t question = 0;  // a hash of the checks: the same id with another question is a conflict
  bool granted = false;
  bool settled = false;
  bool once = false;  // forgotten when it is settled
  Instant held_at{};
  Instant lease_end{};
  Instant forget_at{};
  std::vector<limits::Verdict> verdicts;
  std::vector<Part> parts;
  std::vector<std::int64_t> amounts;               // what it was settled with
  std::multimap<Instant, Entry*>::iterator due{};  // the ledger's own note of forget_at
};

class Ledger {
 public:
  explicit Ledger(std::size_t max_entries) : max_entries_(max_entries) {}

  // Null when the id is unknown or forgotten.
  [[nodiscard]] Entry* find(std::string_view id, Instant now);
  // The ledger must not be full, the id unknown. Opens every part of a granted entry.
  Entry& add(Entry entry);
  [[nodiscard]] bool full() const { return entries_.size() >= max_entries_; }

  // Units of a concurrency key that are held now; frees those whose lease has ended.
  [[nodiscard]] std::int64_t held(std::uint64_t hash, Instant now);

  void close(Part& part);  // it holds nothing any more
  void renew(Entry& entry, Instant lease_end);
  void forget(Entry& entry) { forget(entry.due); }
  void void_key(std::uint64_t hash);  // a reset: what is open there will give nothing back

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct ByText {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  // The open parts of one key. Parts live in entries, which do not move.
  struct Holder {
    std::int64_t held = 0;  // of concurrency parts
    OpenParts open;
  };

  using DueEntries = std::multimap<Instant, Entry*>;

  void open(Part& part, Instant lease_end);
  void forget_due(Instant now);
  void forget(DueEntries::iterator due);

  std::size_t max_entries_;
  std::unordered_map<std::string, std::unique_ptr<Entry>, ByText, std::equal_to<>> entries_;
  DueEntries due_;  // by forget_at
  std::unordered_map<std::uint64_t, Holder> holders_;
};

}  // namespace weir::store
