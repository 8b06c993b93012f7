// leases.hpp: the leases of a store, and the questions about them. Nobody waits for any of these: who finds no units
// here decides exactly, in Redis, meanwhile.
#pragma once

#include "store/redis/leases/lease_table.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace weir::store::redis {

class StoreCore;
class SharedSettings;

class Leases : public std::enable_shared_from_this<Leases> {
 public:
  // Ends on the core's executor, wherever it is let go.
  [[nodiscard]] static std::shared_ptr<Leases> make(std::shared_ptr<StoreCore> core,
                                                    std::shared_ptr<SharedSettings> settings);

  // From any thread.
  [[nodiscard]] std::optional<Verdict> take(const RedisSpace& space, Key key, std::int64_t cost);
  void untake(const RedisSpace& space, Key key, std::int64_t cost);
  void forget(const RedisSpace& space, Key key) { table_.forget(space, key); }
  void forget(const RedisSpace& space) { table_.forget(space); }
  // Gives back what has ended in a part of the table, now and then.
  void tend();
  // Gives back everything. The last call.
  void close();

 private:
  Leases(std::shared_ptr<StoreCore> core, std::shared_ptr<SharedSettings> settings);

  void send(LeaseTable::Errands errands);
  void send(LeaseErrand errand);
  void ask(const std::shared_ptr<const LeaseErrand>& errand);
  void came(const LeaseErrand& errand, const LeaseAnswer& answer);
  void keep_time();

  const std::shared_ptr<StoreCore> core_;
  const std::shared_ptr<SharedSettings> settings_;
  const std::string name_;  // of this process, for what it is granted
  std::atomic<std::uint64_t> asked_{0};
  std::atomic<Deadline::rep> tended_{0};
  LeaseTable table_;
  // On the executor.
  boost::asio::steady_timer timer_;
  bool keeping_time_ = false;
  bool closed_ = false;
};

}  // namespace weir::store::redis
