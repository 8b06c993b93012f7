// missed_requests.hpp: requests that a region which keeps them one by one has to be told of.
//
// Bounded: so many requests, so many bytes of their keys and names. What does not fit is counted; a later call of the
// same key finds that the region lacks it. Safe from any thread.
#pragma once

#include "store/owned_key.hpp"
#include "store/regions/reconcile.hpp"
#include "store/store.hpp"

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace weir::store {

// Of one space, to be made in one call.
struct AmendmentBatch {
  std::shared_ptr<const Space> space;
  std::vector<OwnedKey> keys;
  std::vector<RequestChange> changes;
  std::vector<RequestName> held;
  std::vector<Amendment> amendments;  // views of keys and changes
};

class MissedRequests {
 public:
  static constexpr std::size_t max_requests = 100'000;
  static constexpr std::size_t max_bytes = std::size_t{16} << 20;
  static constexpr std::size_t batch = 256;

  // In the window of `at`; in the place of what was to be told of it before. `held` until it is no longer kept.
  void keep(const std::shared_ptr<const Space>& space, Key key, Instant at, RequestChange change, RequestName held);
  void forget(const Space& space, Key key);
  void forget_all(const Space& space);
  // Some of them, which are no longer kept; none when there are none. What can't matter any more is left out.
  [[nodiscard]] std::shared_ptr<const AmendmentBatch> take(Instant now);
  // Unless there is something newer to be told.
  void put_back(const AmendmentBatch& batch);

  [[nodiscard]] std::size_t requests() const { return requests_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Name {
    std::string key;
    std::optional<std::uint64_t> number;
    std::string request;
    friend auto operator<=>(const Name&, const Name&) = default;
  };
  struct Missed {
    Instant at{};
    std::int64_t units = 0;
    Amendment::What what{};
    RequestName held{};
  };
  using OfSpace = std::map<Name, Missed>;
  using Spaces = std::map<const Space*, std::pair<std::shared_ptr<const Space>, OfSpace>>;

  static std::size_t weight(const Name& name) { return name.key.size() + name.request.size(); }
  void insert(const std::shared_ptr<const Space>& space, Name name, Missed missed, bool newer);
  void removed(const Name& name);

  std::mutex mutex_;
  Spaces spaces_;
  std::size_t bytes_ = 0;
  std::atomic<std::size_t> requests_{0};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace weir::store
