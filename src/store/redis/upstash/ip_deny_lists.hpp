// ip_deny_lists.hpp: keeps the lists of bad addresses of all prefixes of a store fresh, beside its decisions: no
// request waits for it, and it keeps no executor running.
//
// Decisions drive it, a step every few milliseconds; where the executor runs anyway, a timer helps while something is
// fetched. A fetch that nobody drives stands still; after `patience` it is given up.
#pragma once

#include "store/redis/client/client.hpp"
#include "store/redis/layout/layout.hpp"
#include "store/redis/link/tls_context.hpp"
#include "store/redis/upstash/download.hpp"
#include "store/redis/upstash/ip_deny_list.hpp"
#include "store/url/source_url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis::upstash {

struct IpDenyListsOptions {
  store::SourceUrl source{};
  std::shared_ptr<const TlsContext> tls{};  // of an https source
  bool keeps_time = false;                  // the executor runs anyway
  std::function<void(std::string_view sentence)> on_notice{};
  // Less than the 30 s after which another process may try.
  std::chrono::nanoseconds patience = std::chrono::seconds(20);
};

class IpDenyLists : public std::enable_shared_from_this<IpDenyLists> {
 public:
  [[nodiscard]] static std::shared_ptr<IpDenyLists> make(boost::asio::any_io_executor executor,
                                                         std::shared_ptr<Client> client, IpDenyListsOptions options);

  // From any thread. `follow`: that of the space's prefix, as long as any space of it lives.
  void follow(const RedisSpace& space);
  void poll(Instant now);  // with each decision: two loads and a clock
  void close();            // what is fetched is let go

 private:
  using Steady = std::chrono::steady_clock::time_point;
  struct Followed {
    std::weak_ptr<std::atomic<std::int64_t>> generation;  // lives as long as any space of the prefix
    std::shared_ptr<IpDenyList> list;
    std::string said;  // what was wrong, as it was last told
  };
  struct Fetching {
    std::unique_ptr<Download> download;
    Steady ends;
    IpDenyList::OnText done;
  };

  IpDenyLists(boost::asio::any_io_executor executor, std::shared_ptr<Client> client, IpDenyListsOptions options);
  [[nodiscard]] std::shared_ptr<IpDenyList> make_list(const std::string& prefix);

  // On the executor.
  void step(Instant now);
  void fetch(IpDenyList::OnText done);
  void go_on();
  void tell();
  void keep_time();

  const boost::asio::any_io_executor executor_;
  const std::shared_ptr<Client> client_;
  const IpDenyListsOptions options_;
  std::atomic<std::chrono::steady_clock::rep> next_step_{0};
  std::atomic<bool> fetches_{false};
  std::mutex mutex_;
  std::map<std::string, Followed, std::less<>> followed_;  // by prefix
  // On the executor.
  std::vector<Fetching> fetching_;
  boost::asio::steady_timer timer_;
  bool keeping_time_ = false;
  bool closed_ = false;
};

}  // namespace weir::store::redis::upstash
