// redis_store.hpp: the Store in Redis. Any thread asks; one executor talks.
//
//   inbox         where calls are left, by any thread; one drain is posted while it is not empty
//   batch         single checks of one space, as one script call: many keys, and calls of one key merged
//   lanes         which batches are under way: what comes meanwhile gathers, so that batches grow with the load
//   operations    everything else, a script call each: joint checks, settling, resets
//   spread        the same in a Cluster, where one script reaches one slot alone; parts: which slots a call lies in
//   leases        what was fetched ahead, and is spent here
//   upstash/      cached_windows, ip_deny_lists: what @upstash/ratelimit does beside its counters
//   state_watch   what went wrong, counted; up and down, said once
//
// Deadlines need no timer here: whoever waits goes by his deadline, so that he waits only behind commands with an
// earlier one, which the Client keeps.
#pragma once

#include "store/redis/client/client.hpp"
#include "store/redis/layout/layout.hpp"
#include "store/redis/settings/settings.hpp"
#include "store/store.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::store::redis {

struct StoreOptions {
  Nanos timeout = std::chrono::milliseconds(100);  // of a call, from asking to its answer
  std::string name_space = "weir";
  std::size_t max_calls = 65'536;                              // unanswered; what is beyond is `full` at once
  std::size_t max_keys = 64;                                   // of one script call
  std::size_t max_costs = 1024;                                // of one script call, over all its keys
  std::size_t max_in_flight = 512;                             // script calls
  std::size_t max_lane_in_flight = 4;                          // of one space, in one slot
  std::size_t max_full_in_flight = 16;                         // the same, while as many calls wait as fill one
  std::function<void(std::string_view sentence)> on_notice{};  // on the executor: down, and up again
  std::function<void()> on_first_call{};                       // before anything is asked, by whoever asks
  bool keeps_time = false;                                     // the executor runs anyway: a timer keeps nobody
  Deadline (*now)() = &std::chrono::steady_clock::now;         // a test's own time
};

namespace upstash {
class CachedWindows;
class IpDenyLists;
}  // namespace upstash
class Claims;
class Leases;
class StoreCore;  // all that happens on the executor; lives until its last answer is in

class RedisStore final : public Store {
 public:
  // The client is the store's own and lives on `executor`, as the store's answers do. Without settings nothing is
  // shared but counters, and reset_all is `down`.
  RedisStore(boost::asio::any_io_executor executor, std::shared_ptr<Client> client, std::unique_ptr<Layout> layout,
             StoreOptions options, std::shared_ptr<SharedSettings> settings = nullptr,
             std::shared_ptr<upstash::IpDenyLists> ip_deny_lists = nullptr);
  ~RedisStore() override;

  std::shared_ptr<const Space> open(std::string_view name, const Rule& rule) override;
  [[nodiscard]] bool immediate() const override { return false; }
  [[nodiscard]] std::optional<Nanos> timeout() const override;
  [[nodiscard]] bool answers_in_this_thread() const override;
  [[nodiscard]] StoreHealth health() const override;
  void decide(const Call& call, std::move_only_function<void(Answer)> done) override;
  void settle(std::string_view id, std::span<const std::int64_t> amounts, Instant now,
              std::move_only_function<void(Settled)> done) override;
  void renew(std::string_view id, Nanos lease, Instant now, std::move_only_function<void(Settled)> done) override;
  void reset(const Space& space, Key key, Instant now, std::move_only_function<void(Settled)> done) override;
  void reset_all(const Space& space, Instant now, std::move_only_function<void(Settled)> done) override;

  void charge(const Space& space, std::span<const Charge> charges, Instant now,
              std::move_only_function<void(Status)> done) override;
  [[nodiscard]] bool keeps_requests() const override;
  void amend(const Space& space, std::span<const Amendment> amendments, Instant now,
             std::move_only_function<void(Status)> done) override;
  [[nodiscard]] bool leases() const override { return leases_ != nullptr; }
  [[nodiscard]] std::optional<Verdict> take_leased(const Space& space, Key key, std::int64_t cost) override;
  void untake_leased(const Space& space, Key key, std::int64_t cost) override;
  [[nodiscard]] bool caches() const override { return cached_ != nullptr; }
  [[nodiscard]] std::optional<Verdict> take_cached(const Space& space, Key key, std::int64_t cost,
                                                   Instant now) override;
  [[nodiscard]] std::shared_ptr<Settings> settings() override;
  [[nodiscard]] std::shared_ptr<Once> once() override;
  [[nodiscard]] std::shared_ptr<Records> records() override;
  [[nodiscard]] std::uint32_t instances() const override;

  // For what else is kept in the same Redis, on the executor.
  [[nodiscard]] const boost::asio::any_io_executor& executor() const;
  [[nodiscard]] Client& client();

 private:
  void decide_single(const Call& call, std::move_only_function<void(Answer)> done);

  const bool cluster_;
  std::shared_ptr<StoreCore> core_;
  std::shared_ptr<SharedSettings> settings_;
  std::shared_ptr<Claims> claims_;
  std::shared_ptr<Leases> leases_;                  // none where the layout has none
  std::shared_ptr<upstash::CachedWindows> cached_;  // likewise
  std::shared_ptr<upstash::IpDenyLists> ip_deny_lists_;
};

}  // namespace weir::store::redis
