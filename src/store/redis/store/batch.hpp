// batch.hpp: single calls of one space that travel in one script call. Calls of the same key become one Ask with the
// list of their costs, in the order in which they came, and are answered as if they had come one after the other.
#pragma once

#include "store/redis/layout/layout.hpp"
#include "store/redis/store/single_call.hpp"

#include <boost/container/small_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace weir::store::redis {

struct BatchBounds {
  std::size_t keys;   // at most 1024
  std::size_t costs;  // over all keys
};

class Batch {
 public:
  // Takes from the front of `waiting`, all of one space, as many as the bounds allow: at least one. Requests that have
  // names are kept in their window: they are all of the same one.
  Batch(std::deque<SingleCall>& waiting, BatchBounds bounds);
  Batch(const Batch&) = delete;  // it points into itself
  Batch& operator=(const Batch&) = delete;
  ~Batch() = default;

  [[nodiscard]] const RedisSpace& space() const { return *calls_.front().space; }
  [[nodiscard]] std::span<const Ask> asks() const { return asks_; }
  [[nodiscard]] std::size_t size() const { return calls_.size(); }
  [[nodiscard]] Instant now() const { return now_; }                           // the latest of its calls
  [[nodiscard]] Deadline deadline() const { return calls_.front().deadline; }  // the earliest

  // `verdicts` has one a cost, asks in order. Some calls could not be decided, for what lies under their key is not
  // Weir's: their answer is `down`.
  // `known` has one an ask, or none.
  void answer(std::span<const Verdict> verdicts, std::span<const std::shared_ptr<const Requests>> known = {});
  void answer(Status status);  // all of them

 private:
  void take_one(std::deque<SingleCall>& waiting);

  // A call that travels alone, as most do at low load, needs no memory of its own.
  template <class T>
  using Some = boost::container::small_vector<T, 1>;
  Some<SingleCall> calls_;           // in the order they came
  Some<std::uint32_t> places_;       // where in the answer each call's verdict is
  Some<std::uint32_t> keys_;         // among the asks, the place of each call's key
  Some<std::int64_t> costs_;         // key by key
  Some<std::string_view> requests_;  // the same, if they have names
  Some<Ask> asks_;
  Instant now_{};
};

}  // namespace weir::store::redis
