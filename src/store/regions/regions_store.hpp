// regions_store.hpp: one limit over several regions, each a store of its own. Writes go to all, the first answer
// decides, and what a region missed is sent later; no request waits for more than that first answer.
//
//   asked      one decision: who said what, and what has to be put right where
//   meeting, reconcile, missed_requests
//              the same where stores keep requests one by one: who lacks which
//   holds      reservations that not every region holds
//   region     one region's store, and what it has missed
//   settings   what is set at run time, written to all and read from one
//
// While all regions answer, callers near different ones can together be granted what each region has left before it
// hears of the others' calls: beyond the limit by what is under way between regions, and never for longer.
#pragma once

#include "store/regions/asked.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store {

class RegionsStore final : public Store {
 public:
  // The nearest first: its settings are read while it is up. At least one.
  explicit RegionsStore(std::vector<std::shared_ptr<Region>> regions);

  std::shared_ptr<const Space> open(std::string_view name, const Rule& rule) override;
  [[nodiscard]] bool immediate() const override { return false; }
  [[nodiscard]] std::optional<Nanos> timeout() const override;
  [[nodiscard]] bool answers_in_this_thread() const override;
  // Up while any region is; the last error is that of a region that is not.
  [[nodiscard]] StoreHealth health() const override;
  void decide(const Call& call, std::move_only_function<void(Answer)> done) override;
  void settle(std::string_view id, std::span<const std::int64_t> amounts, Instant now,
              std::move_only_function<void(Settled)> done) override;
  void renew(std::string_view id, Nanos lease, Instant now, std::move_only_function<void(Settled)> done) override;
  // Answered when all regions have; those that fail hear of it later.
  void reset(const Space& space, Key key, Instant now, std::move_only_function<void(Settled)> done) override;
  void reset_all(const Space& space, Instant now, std::move_only_function<void(Settled)> done) override;
  // Done at once: what is charged goes out with the next answers.
  void charge(const Space& space, std::span<const Charge> charges, Instant now,
              std::move_only_function<void(Status)> done) override;
  [[nodiscard]] std::shared_ptr<Settings> settings() override { return shared_->settings; }
  // The nearest region's: regions that can't reach each other may both say that it is theirs.
  [[nodiscard]] std::shared_ptr<Once> once() override { return shared_->regions.front()->store().once(); }
  // The nearest region's alone.
  [[nodiscard]] std::shared_ptr<Records> records() override { return shared_->regions.front()->store().records(); }
  [[nodiscard]] std::uint32_t instances() const override;

  [[nodiscard]] const Region& region(std::size_t at) const { return *shared_->regions[at]; }
  [[nodiscard]] const Holds& holds() const { return shared_->holds; }

 private:
  using OnSettled = std::move_only_function<void(Settled)>;
  void reset(const std::shared_ptr<const RegionsSpace>& space, const std::optional<OwnedKey>& key, Instant now,
             OnSettled done);
  void charge_requests(const RegionsSpace& space, std::span<const Charge> charges, Instant now);

  const std::shared_ptr<RegionsShared> shared_;
};

}  // namespace weir::store
