#include "store/redis/upstash/ip_deny_lists.hpp"

#include "store/url/host.hpp"

#include <boost/asio/dispatch.hpp>

#include <optional>
#include <utility>

namespace weir::store::redis::upstash {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto looks_every = std::chrono::seconds(1);
constexpr auto fetches_every = milliseconds(5);
constexpr auto wakes_every = milliseconds(20);
constexpr auto redis_patience = std::chrono::seconds(1);

}  // namespace

std::shared_ptr<IpDenyLists> IpDenyLists::make(boost::asio::any_io_executor executor, std::shared_ptr<Client> client,
                                               IpDenyListsOptions options) {
  return std::shared_ptr<IpDenyLists>(new IpDenyLists(std::move(executor), std::move(client), std::move(options)));
}

IpDenyLists::IpDenyLists(boost::asio::any_io_executor executor, std::shared_ptr<Client> client,
                         IpDenyListsOptions options)
    : executor_(std::move(executor)), client_(std::move(client)), options_(std::move(options)), timer_(executor_) {}

std::shared_ptr<IpDenyList> IpDenyLists::make_list(const std::string& prefix) {
  const auto send = [weak = weak_from_this()](ScriptCall call, OnReply done) {
    const auto self = weak.lock();
    if (self == nullptr || self->closed_) return done(std::unexpected(Failure::down));
    call_script(*self->client_, std::move(call), steady_clock::now() + redis_patience, std::move(done));
  };
  const auto fetch = [weak = weak_from_this()](const std::string&, IpDenyList::OnText done) {
    if (const auto self = weak.lock()) self->fetch(std::move(done));
  };
  // As people are told of it: a query may hold a secret.
  const SourceUrl& source = options_.source;
  const std::string path = source.target.substr(0, source.target.find('?'));
  return IpDenyList::make(prefix, host_header(source.host, source.tls) + path, send, fetch);
}

void IpDenyLists::follow(const RedisSpace& space) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(followed_, [](const auto& one) { return one.second.generation.expired(); });
  Followed& followed = followed_[space.prefix()];
  if (followed.list != nullptr) return;
  followed.generation = space.shared_generation();
  followed.list = make_list(space.prefix());
}

void IpDenyLists::poll(Instant now) {
  const auto here = steady_clock::now().time_since_epoch().count();
  auto next = next_step_.load(std::memory_order_relaxed);
  if (here < next) return;
  const auto pause = fetches_.load(std::memory_order_relaxed) ? steady_clock::duration(fetches_every) : looks_every;
  if (!next_step_.compare_exchange_strong(next, here + pause.count())) return;
  boost::asio::dispatch(executor_, [self = shared_from_this(), now] { self->step(now); });
}

void IpDenyLists::step(Instant now) {
  if (closed_) return;
  std::vector<std::shared_ptr<IpDenyList>> lists;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [prefix, followed] : followed_) lists.push_back(followed.list);
  }
  for (const auto& list : lists) list->tick(now);
  go_on();
}

void IpDenyLists::fetch(IpDenyList::OnText done) {
  fetching_.push_back({.download = std::make_unique<Download>(executor_, options_.source, options_.tls),
                       .ends = steady_clock::now() + options_.patience,
                       .done = std::move(done)});
  fetches_.store(true);
  next_step_.store(0);
  keep_time();
}

void IpDenyLists::go_on() {
  for (std::size_t at = 0; at < fetching_.size();) {
    auto result = fetching_[at].download->step();
    if (!result && steady_clock::now() >= fetching_[at].ends) {
      result.emplace(std::unexpect, "it has not answered in time");
    }
    if (!result) {
      ++at;
      continue;
    }
    IpDenyList::OnText done = std::move(fetching_[at].done);
    fetching_.erase(fetching_.begin() + static_cast<std::ptrdiff_t>(at));
    done(*std::move(result));
  }
  fetches_.store(!fetching_.empty());
  tell();
}

// Each thing that goes wrong once, as long as nothing else does.
void IpDenyLists::tell() {
  std::vector<std::string> sentences;
  {
    const std::scoped_lock lock(mutex_);
    for (auto& [prefix, followed] : followed_) {
      const std::string& error = followed.list->last_error();
      if (error.empty() || error == followed.said) continue;
      followed.said = error;
      sentences.push_back("the deny list of " + prefix + ": " + error);
    }
  }
  if (!options_.on_notice) return;
  for (const std::string& sentence : sentences) options_.on_notice(sentence);
}

// Only where the executor runs anyway: else it would be this that keeps a program from its end.
void IpDenyLists::keep_time() {
  if (!options_.keeps_time || keeping_time_ || closed_) return;
  keeping_time_ = true;
  timer_.expires_after(wakes_every);
  timer_.async_wait([weak = weak_from_this()](const auto& error) {
    const auto self = weak.lock();
    if (error || self == nullptr) return;
    self->keeping_time_ = false;
    self->go_on();
    if (!self->fetching_.empty()) self->keep_time();
  });
}

void IpDenyLists::close() {
  boost::asio::dispatch(executor_, [self = shared_from_this()] {
    self->closed_ = true;
    self->timer_.cancel();
    self->fetching_.clear();
  });
}

}  // namespace weir::store::redis::upstash
