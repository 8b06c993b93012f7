// store_core.hpp: all of a RedisStore that happens on its executor. Lives until its last answer is in.
#pragma once

#include "store/redis/client/client.hpp"
#include "store/redis/layout/layout.hpp"
#include "store/redis/layout/script.hpp"
#include "store/redis/store/inbox.hpp"
#include "store/redis/store/lanes.hpp"
#include "store/redis/store/redis_store.hpp"
#include "store/redis/store/state_watch.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <vector>

namespace weir::store::redis {

class StoreCore : public std::enable_shared_from_this<StoreCore> {
 public:
  // What Redis said to a script call, or why it does not count: already written down in the watch.
  using Said = std::expected<std::reference_wrapper<const Value>, Status>;
  using OnSaid = std::move_only_function<void(Said)>;

  // Ends on the executor, wherever it is let go.
  [[nodiscard]] static std::shared_ptr<StoreCore> make(boost::asio::any_io_executor executor,
                                                       std::shared_ptr<Client> client, std::unique_ptr<Layout> layout,
                                                       StoreOptions options);
  ~StoreCore();

  // From any thread.
  void note_first_call();
  void put(Entry entry);
  [[nodiscard]] Inbox& inbox() { return inbox_; }
  [[nodiscard]] StateWatch& watch() { return watch_; }
  [[nodiscard]] const StoreOptions& options() const { return options_; }
  [[nodiscard]] Layout& layout() const { return *layout_; }
  [[nodiscard]] Client& client() const { return *client_; }
  [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }

  // On the executor. A script call on behalf of so many calls: at once when there is room, else when there is.
  void call(ScriptCall script, Deadline deadline, std::size_t calls, OnSaid done);
  // What follows from a call that had its turn: not counted, as others would wait behind it for longer than they may.
  void call_at_once(ScriptCall script, Deadline deadline, OnSaid done);
  [[nodiscard]] bool has_room() const { return in_flight_ < options_.max_in_flight; }
  // What is wrong with an answer that Redis gave.
  void failed(StoreError error, std::size_t calls) { watch_.failed(error, calls, options_.now()); }

 private:
  struct Waiting {
    ScriptCall script;
    Deadline deadline;
    std::size_t calls;
    OnSaid done;
  };

  StoreCore(boost::asio::any_io_executor executor, std::shared_ptr<Client> client, std::unique_ptr<Layout> layout,
            StoreOptions options);
  void drain();
  void send(ScriptCall script, Deadline deadline, std::size_t calls, OnSaid done, bool counted);
  [[nodiscard]] Said said(const Reply& reply, std::size_t calls);
  void let_in();

  const boost::asio::any_io_executor executor_;
  const std::shared_ptr<Client> client_;
  const std::unique_ptr<Layout> layout_;
  const StoreOptions options_;
  Inbox inbox_;
  StateWatch watch_;
  Lanes lanes_;
  std::atomic<bool> called_{false};
  std::vector<Entry> entries_;  // that the drain is at
  std::deque<Waiting> waiting_;
  std::size_t in_flight_ = 0;
};

}  // namespace weir::store::redis
