#include "store/redis/client/sentinel_client.hpp"

#include "store/redis/client/single_client.hpp"
#include "store/redis/resp/command.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <functional>
#include <utility>

namespace weir::store::redis {
namespace {

using std::chrono::steady_clock;

Found master_in(const Reply& reply, const std::string& name) {
  if (!reply) return std::unexpected("no Sentinel answers");
  const Value& value = *reply;
  if (value.type == Value::Type::nil) return std::unexpected("no Sentinel knows a master named " + name);
  if (value.is_error("NOAUTH")) return std::unexpected("the Sentinels refuse the user or the password");
  if (value.type != Value::Type::array || value.items.size() != 2) {
    return std::unexpected("a Sentinel does not say where the master " + name + " is");
  }
  HostPort found{.host = std::string(value.items[0].text)};
  const std::string_view port = value.items[1].text;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), found.port);
  if (error != std::errc{} || end != port.data() + port.size() || found.host.empty()) {
    return std::unexpected("a Sentinel names an address that is none");
  }
  return found;
}

// Asks one Sentinel after the other, beginning with the one that answered last.
class Sentinels : public std::enable_shared_from_this<Sentinels> {
 public:
  Sentinels(const boost::asio::any_io_executor& executor, const LinkOptions& options,
            const std::vector<HostPort>& hosts, std::string master)
      : master_(std::move(master)) {
    for (const HostPort& host : hosts) {
      LinkOptions each = options;
      each.to.address = host;
      each.to.database = 0;
      each.to.password_is_optional = true;
      links_.push_back(std::make_shared<Link>(executor, std::move(each)));
    }
  }
  Sentinels(const Sentinels&) = delete;
  Sentinels& operator=(const Sentinels&) = delete;
  ~Sentinels() { close(); }

  void find(Deadline deadline, std::function<void(Found)> found) {
    ask(0, deadline, std::move(found), "no Sentinel answers");
  }
  void close() {
    for (const auto& link : links_) link->close();
  }

 private:
  // The time that is left is shared out among those that can still be asked.
  void ask(std::size_t asked, Deadline deadline, std::function<void(Found)> found, std::string why) {
    const auto now = steady_clock::now();
    const auto left = static_cast<std::ptrdiff_t>(links_.size() - asked);
    const Deadline answer_by = now + std::max<Deadline::duration>(deadline - now, {}) / left;
    const std::size_t which = (first_ + asked) % links_.size();
    links_[which]->send(
        command({"SENTINEL", "get-master-addr-by-name", master_}), answer_by,
        [weak = weak_from_this(), asked, which, deadline, found = std::move(found), why](const Reply& reply) {
          const auto self = weak.lock();
          if (self == nullptr) return;
          Found master = master_in(reply, self->master_);
          if (master) {
            self->first_ = which;
            return found(std::move(master));
          }
          // What a Sentinel said is worth more than that another was silent.
          std::string error = reply ? master.error() : why;
          if (asked + 1 == self->links_.size()) return found(std::unexpected(std::move(error)));
          self->ask(asked + 1, deadline, found, std::move(error));
        });
  }

  std::string master_;
  std::vector<std::shared_ptr<Link>> links_;
  std::size_t first_ = 0;
};

class SentinelClient : public SingleClient {
 public:
  SentinelClient(boost::asio::any_io_executor executor, LinkOptions options, std::shared_ptr<Sentinels> sentinels)
      : SingleClient(std::move(executor), std::move(options)), sentinels_(std::move(sentinels)) {}
  ~SentinelClient() override { sentinels_->close(); }
  SentinelClient(const SentinelClient&) = delete;
  SentinelClient& operator=(const SentinelClient&) = delete;

  void close() override {
    SingleClient::close();
    sentinels_->close();
  }

 private:
  std::shared_ptr<Sentinels> sentinels_;
};

}  // namespace

std::shared_ptr<Client> make_sentinel_client(boost::asio::any_io_executor executor, LinkOptions options,
                                             const std::vector<HostPort>& sentinels, std::string master) {
  auto watchers = std::make_shared<Sentinels>(executor, options, sentinels, std::move(master));
  options.to.master_only = true;
  options.to.locate = [watchers](Deadline deadline, std::function<void(Found)> found) {
    watchers->find(deadline, std::move(found));
  };
  return std::make_shared<SentinelClient>(std::move(executor), std::move(options), std::move(watchers));
}

}  // namespace weir::store::redis
