#include "alerts/delivery.hpp"

#include "alerts/attempt.hpp"
#include "store/side_thread.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

namespace weir::alerts {

namespace {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr auto complain_every = std::chrono::minutes(1);
constexpr auto claim_patience = std::chrono::seconds(2);

enum class Result : std::uint8_t { sent, failed, dropped };

SteadyClock::duration on_steady(nanoseconds span) { return std::chrono::duration_cast<SteadyClock::duration>(span); }

// A message on its way.
struct Sending {
  Message message;
  std::string signature;
  SteadyClock::time_point give_up;
  std::size_t tries = 0;
  bool claimed = false;  // whether it is known who tells it
};

// Of one webhook: what may be tried now.
struct Line {
  std::deque<std::shared_ptr<Sending>> ready;
  std::size_t under_way = 0;
  SteadyClock::time_point next_complaint{};
};

}  // namespace

class Delivery::Desk : public std::enable_shared_from_this<Desk> {
 public:
  Desk(Report report, Patience patience)
      : report_(std::move(report)), patience_(patience), tls_(asio::ssl::context::tls_client) {
    boost::system::error_code ignored;  // without authorities no certificate is trusted
    tls_.set_default_verify_paths(ignored);
    tls_.set_verify_mode(asio::ssl::verify_peer);
    SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
  }

  void know(std::string_view limit) {
    const std::scoped_lock lock(mutex_);
    (void)counts(limit);
  }

  bool add(Message message, std::shared_ptr<store::Once> once) {
    auto sending = std::make_shared<Sending>();
    sending->give_up = SteadyClock::now() + on_steady(patience_.whole);
    if (!message.terms->secret.empty()) sending->signature = signature(message.body, message.terms->secret);
    sending->message = std::move(message);

    const std::scoped_lock lock(mutex_);
    if (stopping_ || waiting_ >= most_waiting || !start()) {
      ++counts(sending->message.terms->limit).dropped;
      return false;
    }
    asio::post(*io_, [this, sending = std::move(sending), once = std::move(once)] { claim(sending, once); });
    ++waiting_;
    return true;
  }

  std::vector<Told> told() const {
    const std::scoped_lock lock(mutex_);
    std::vector<Told> all;
    for (const auto& [limit, counts] : told_) all.push_back(counts);
    return all;
  }

  void stop(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    if (!thread_.started()) return;
    changed_.wait_for(lock, patience, [this] { return waiting_ == 0; });
    report_ = nullptr;
    if (io_ != nullptr) io_->stop();
    const bool ended = changed_.wait_for(lock, std::chrono::milliseconds(200), [this] { return ended_; });
    lock.unlock();
    thread_.end(ended);
  }

 private:
  // Under the lock, as `counts` and `start`.
  Told& counts(std::string_view limit) {
    auto found = told_.find(limit);
    if (found == told_.end()) {
      if (told_.size() >= most_limits) limit = "other";
      found = told_.try_emplace(std::string(limit), Told{.limit = std::string(limit)}).first;
    }
    return found->second;
  }

  bool start() noexcept {
    if (thread_.started()) return true;
    try {
      thread_.start("weir:alerts", [self = shared_from_this()] { self->run(); });
      return true;
    } catch (...) {
      return false;
    }
  }

  void run() noexcept {
    auto work = asio::make_work_guard(*io_);
    while (!io_->stopped()) {
      try {
        io_->run();
      } catch (...) {  // no memory for a step: that message stays untold
      }
    }
    work.reset();
    std::unique_lock lock(mutex_);
    std::unique_ptr<asio::io_context> io = std::move(io_);
    lock.unlock();
    io.reset();  // waits for a look-up under way
    lock.lock();
    ended_ = true;
    changed_.notify_all();
  }

  // On the thread, as all below: it keeps this alive for as long as it runs them.
  void claim(const std::shared_ptr<Sending>& sending, const std::shared_ptr<store::Once>& once) {
    if (once == nullptr || sending->message.claim.empty()) return ready(sending);
    // A store that ends meanwhile may never say it.
    auto timer = std::make_shared<asio::steady_timer>(*io_, claim_patience);
    timer->async_wait([this, sending, timer](const auto& error) {
      if (!error) claimed(sending, store::Claim::unknown);
    });
    once->claim(sending->message.claim, sending->message.lasts,
                [weak = weak_from_this(), sending, timer = std::weak_ptr(timer)](store::Claim claim) {
                  const auto self = weak.lock();
                  if (self == nullptr) return;
                  const std::scoped_lock lock(self->mutex_);
                  if (self->io_ == nullptr) return;
                  asio::post(*self->io_, [desk = self.get(), sending, timer, claim] {
                    if (const auto waiting = timer.lock()) waiting->cancel();
                    desk->claimed(sending, claim);
                  });
                });
  }

  void claimed(const std::shared_ptr<Sending>& sending, store::Claim claim) {
    if (std::exchange(sending->claimed, true)) return;
    if (claim == store::Claim::taken) return finish(sending->message.terms->limit, std::nullopt);
    ready(sending);
  }

  void ready(std::shared_ptr<Sending> sending) {
    Line& line = lines_[sending->message.terms->webhook];
    line.ready.push_back(std::move(sending));
    try_next(line);
  }

  void try_next(Line& line) {
    while (line.under_way < most_at_once && !line.ready.empty()) {
      std::shared_ptr<Sending> sending = std::move(line.ready.front());
      line.ready.pop_front();
      const auto left = sending->give_up - SteadyClock::now();
      if (left <= SteadyClock::duration::zero()) {
        give_up(*sending);
        continue;
      }
      ++line.under_way;
      ++sending->tries;
      const Message& message = sending->message;
      Post post{.webhook = message.terms->webhook, .body = message.body, .signature = sending->signature};
      attempt(io_->get_executor(), tls_, std::move(post), std::min<nanoseconds>(patience_.attempt, left),
              [this, &line, sending](const std::string& trouble) { tried(line, sending, trouble); });
    }
  }

  void tried(Line& line, const std::shared_ptr<Sending>& sending, const std::string& trouble) {
    --line.under_way;
    if (trouble.empty()) {
      finish(sending->message.terms->limit, Result::sent);
    } else {
      complain(line, *sending, trouble);
      again(sending);
    }
    try_next(line);
  }

  void again(const std::shared_ptr<Sending>& sending) {
    if (sending->tries > patience_.pauses.size()) return give_up(*sending);
    // Gateways that failed together do not come back together.
    std::uniform_real_distribution<double> jitter(0.75, 1.0);
    const nanoseconds pause(
        static_cast<std::int64_t>(static_cast<double>(patience_.pauses[sending->tries - 1].count()) * jitter(random_)));
    if (SteadyClock::now() + pause >= sending->give_up) return give_up(*sending);
    auto timer = std::make_shared<asio::steady_timer>(*io_, on_steady(pause));
    timer->async_wait([this, timer, sending](const auto& error) {
      if (!error) ready(sending);
    });
  }

  void give_up(const Sending& sending) {
    finish(sending.message.terms->limit, sending.tries == 0 ? Result::dropped : Result::failed);
  }

  // None: there was nothing to tell.
  void finish(const std::string& limit, std::optional<Result> result) {
    const std::scoped_lock lock(mutex_);
    --waiting_;
    if (result) {
      Told& told = counts(limit);
      ++(*result == Result::sent ? told.sent : *result == Result::failed ? told.failed : told.dropped);
    }
    if (waiting_ == 0) changed_.notify_all();
  }

  void complain(Line& line, const Sending& sending, const std::string& trouble) {
    const auto now = SteadyClock::now();
    if (now < line.next_complaint) return;
    line.next_complaint = now + complain_every;
    const Terms& terms = *sending.message.terms;
    const std::scoped_lock lock(mutex_);  // once stopped, nobody may be there to listen
    if (report_) report_("alert of limit '" + terms.limit + "': webhook at " + terms.webhook.host + ": " + trouble);
  }

  Report report_;  // guarded by mutex_
  const Patience patience_;
  asio::ssl::context tls_;
  std::map<Webhook, Line> lines_;  // never more than webhooks have been configured
  std::minstd_rand random_{std::random_device{}()};

  mutable std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::map<std::string, Told, std::less<>> told_;
  std::size_t waiting_ = 0;
  std::unique_ptr<asio::io_context> io_ = std::make_unique<asio::io_context>(1);  // the thread's; none once it ends
  bool stopping_ = false;
  bool ended_ = false;
  store::SideThread thread_;
};

Delivery::Delivery(Report report, Patience patience) : desk_(std::make_shared<Desk>(std::move(report), patience)) {}

Delivery::~Delivery() { stop(std::chrono::milliseconds(0)); }

void Delivery::know(std::string_view limit) noexcept {
  try {
    desk_->know(limit);
  } catch (...) {  // no memory: it is known with its first message
  }
}

bool Delivery::add(Message message, std::shared_ptr<store::Once> once) noexcept {
  try {
    return desk_->add(std::move(message), std::move(once));
  } catch (...) {
    return false;
  }
}

std::vector<Told> Delivery::told() const { return desk_->told(); }

void Delivery::stop(std::chrono::milliseconds patience) noexcept { desk_->stop(patience); }

}  // namespace weir::alerts
