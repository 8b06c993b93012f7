// asked.hpp: one decision, asked of every region at once. The first answer decides; what others say later, or don't, is
// compared with it, and a region that stands otherwise is put right:
//
//   decided   the region                 there
//   allowed   refused it, or failed      its units are charged by force
//   refused   charged it                 its units are given back, what it holds is settled with nothing
//
// Where requests are kept one by one, each region is told of those that it lacks instead, and of this one, once all
// have answered or failed (meeting.hpp).
//
// An answer that repeats an earlier one puts nothing right: that was done when it was first given. A region that timed
// out counts as one that has not charged: if it has, it counts the call twice, and errs on the limit's side.
#pragma once

#include "store/owned_key.hpp"
#include "store/regions/holds.hpp"
#include "store/regions/meeting.hpp"
#include "store/regions/region.hpp"
#include "store/regions/request_names.hpp"
#include "store/regions/settings.hpp"
#include "store/regions/space.hpp"
#include "store/store.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace weir::store {

// What all calls share.
struct RegionsShared {
  explicit RegionsShared(std::vector<std::shared_ptr<Region>> all);

  const std::vector<std::shared_ptr<Region>> regions;
  Holds holds;
  std::shared_ptr<RegionsSettings> settings;  // none when a region has none
  const bool keep_requests;                   // all of them, instead of counts
  RequestNames names{};
  std::atomic<std::uint64_t> resets{0};
};

class Asked : public std::enable_shared_from_this<Asked> {
 public:
  using Done = std::move_only_function<void(Answer)>;

  Asked(std::shared_ptr<RegionsShared> shared, const Call& call, Done done);
  void ask_all();

 private:
  // What a region made of it.
  enum class Stand : std::uint8_t { charged, not_charged, repeated, failed };
  enum class Ruling : std::uint8_t { allowed, refused, repeated };
  struct Item {
    std::shared_ptr<const RegionsSpace> space;
    OwnedKey key;
    std::int64_t cost;
    bool hold;
    RequestName request;  // if it needs one
  };

  [[nodiscard]] static Stand stand_of(const Answer& answer);
  void ask(std::size_t region);
  void answered(std::size_t region, Answer answer);
  // The first answer: the caller has it before anything is put right.
  void rule(std::size_t region, Answer answer, std::vector<std::size_t> failed_before);
  void put_right(std::size_t region, Stand stand);
  void charge_there(std::size_t region);
  void give_back_there(std::size_t region);
  // All have answered, or failed.
  void part();

  const std::shared_ptr<RegionsShared> shared_;
  std::vector<Item> items_;
  const std::string id_;
  const Nanos lease_;
  const bool once_;
  const Instant now_;
  bool holds_ = false;    // something is held
  bool tracked_ = false;  // in shared_->holds, by this call

  std::mutex mutex_;
  Done done_;
  std::optional<Ruling> ruling_;
  std::optional<Meeting> meeting_;
  std::size_t left_;                 // regions that have not answered yet
  std::size_t decided_by_ = 0;       // once there is a ruling
  std::uint64_t resets_;             // when it was asked
  std::vector<std::size_t> failed_;  // before the ruling
  Status failure_ = Status::down;    // what to say when all fail
};

}  // namespace weir::store
