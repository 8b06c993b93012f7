// spread.hpp: calls in a Cluster, where one script reaches one slot alone.
//
// A call within one slot is one script. One over several is charged slot by slot, in ascending order, each part held
// under the call's id; when one refuses or fails, what was charged before is given back, and of the rest it is asked
// what the same call would find, without charging: there is a verdict for each check. That never admits too much; it
// may refuse another call for a moment. What nobody settles stays spent when its lease ends, so that a call without
// reservations needs no second round. When an answer is lost, the part is given back all the same: that undoes this
// attempt, which is harmless when nothing was charged or when the same id had been granted before.
//
// Refunds (costs below 0) can't be refused: they are made last, and not at all when another check was refused.
#pragma once

#include "store/redis/store/inbox.hpp"
#include "store/redis/store/owned_call.hpp"
#include "store/redis/store/parts.hpp"
#include "store/redis/store/store_core.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {

[[nodiscard]] Operation spread_operation(OwnedCall call, Deadline deadline, OnAnswer done);
[[nodiscard]] Operation settle_spread_operation(std::string id, std::vector<std::int64_t> amounts, Deadline deadline,
                                                OnSettled done);
[[nodiscard]] Operation renew_spread_operation(std::string id, Nanos lease, Deadline deadline, OnSettled done);

class Spread : public std::enable_shared_from_this<Spread> {
 public:
  Spread(StoreCore& core, OwnedCall call, Deadline deadline, OnAnswer done);
  void start();

 private:
  // The checks of one slot.
  struct Piece {
    Slot slot;
    std::string tag;  // of its record
    std::vector<std::size_t> checks;
    bool refunds;
    bool charged = false;
  };

  void divide();
  [[nodiscard]] bool is_held(const Check& check) const;
  [[nodiscard]] std::vector<Part> parts() const;
  void next();
  [[nodiscard]] Call call_of(const Piece& piece, bool look) const;
  void send(Piece& piece, bool look);
  void came(Piece& piece, bool look, const Call& call, const StoreCore::Said& said);
  void give_back();
  void undo(const Piece& piece);
  void stop(Status status);
  void finish(Status status);

  StoreCore& core_;
  OwnedCall owned_;
  Call call_;
  std::string id_;
  std::string refunds_id_;
  std::string attempt_;
  bool own_id_ = false;  // nobody else knows it
  Nanos lease_;
  Deadline deadline_;
  OnAnswer done_;
  std::vector<Piece> pieces_;
  std::vector<Check> checks_;  // of the question that is out
  std::size_t at_ = 0;         // the piece that is out
  bool refused_ = false;
  bool all_repeated_ = true;
  Answer answer_;
};

}  // namespace weir::store::redis
