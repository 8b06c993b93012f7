#include "store/redis/store/store_core.hpp"

#include <boost/asio/post.hpp>

#include <optional>
#include <utility>

namespace weir::store::redis {
namespace {

struct Meaning {
  Status status;
  StoreError error;
};

Meaning meaning_of(Failure failure) {
  switch (failure) {
    case Failure::timeout:
      return {Status::timeout, StoreError::timeout};
    case Failure::lost:
      return {Status::timeout, StoreError::down};
    case Failure::full:
      return {Status::full, StoreError::full};
    case Failure::down:
      break;
  }
  return {Status::down, StoreError::down};
}

}  // namespace

std::shared_ptr<StoreCore> StoreCore::make(boost::asio::any_io_executor executor, std::shared_ptr<Client> client,
                                           std::unique_ptr<Layout> layout, StoreOptions options) {
  // The last to let it go is often an answer that the client brings: it must not be torn down under its own feet.
  const auto end = [executor](StoreCore* core) {
    boost::asio::post(executor, [last = std::unique_ptr<StoreCore>(core)] {});
  };
  return {new StoreCore(executor, std::move(client), std::move(layout), std::move(options)), end};
}

StoreCore::StoreCore(boost::asio::any_io_executor executor, std::shared_ptr<Client> client,
                     std::unique_ptr<Layout> layout, StoreOptions options)
    : executor_(std::move(executor)),
      client_(std::move(client)),
      layout_(std::move(layout)),
      options_(std::move(options)),
      inbox_(options_.max_calls),
      watch_(options_.timeout, options_.on_notice),
      lanes_(*this) {}

StoreCore::~StoreCore() { client_->close(); }

void StoreCore::note_first_call() {
  if (called_.load(std::memory_order_relaxed) || called_.exchange(true)) return;
  if (options_.on_first_call) options_.on_first_call();
}

void StoreCore::put(Entry entry) {
  if (!inbox_.put(std::move(entry))) return;
  boost::asio::post(executor_, [core = shared_from_this()] { core->drain(); });
}

void StoreCore::drain() {
  inbox_.take(entries_);
  for (Entry& entry : entries_) {
    if (auto* const single = std::get_if<SingleCall>(&entry)) {
      lanes_.add(std::move(*single));
    } else {
      std::get<Operation>(entry)(this);
    }
  }
  entries_.clear();
  let_in();
}

void StoreCore::call(ScriptCall script, Deadline deadline, std::size_t calls, OnSaid done) {
  if (has_room()) return send(std::move(script), deadline, calls, std::move(done), true);
  waiting_.push_back({std::move(script), deadline, calls, std::move(done)});
}

void StoreCore::call_at_once(ScriptCall script, Deadline deadline, OnSaid done) {
  send(std::move(script), deadline, 1, std::move(done), false);
}

void StoreCore::send(ScriptCall script, Deadline deadline, std::size_t calls, OnSaid done, bool counted) {
  if (const Deadline now = options_.now(); deadline <= now) {
    watch_.failed(StoreError::timeout, calls, now);
    return done(std::unexpected(Status::timeout));
  }
  const std::size_t room = counted ? 1 : 0;
  in_flight_ += room;
  call_script(*client_, std::move(script), deadline,
              [core = shared_from_this(), calls, done = std::move(done), room](const Reply& reply) mutable {
                core->in_flight_ -= room;
                done(core->said(reply, calls));
                core->let_in();
              });
}

StoreCore::Said StoreCore::said(const Reply& reply, std::size_t calls) {
  const Deadline now = options_.now();
  if (!reply) {
    const Meaning meaning = meaning_of(reply.error());
    const std::string why = meaning.error == StoreError::down ? client_->health().last_error : std::string();
    watch_.failed(meaning.error, calls, now, why);
    return std::unexpected(meaning.status);
  }
  const Value& value = reply->get();
  if (value.type == Value::Type::error) {
    const StoreError error = error_of(value);
    watch_.failed(error, calls, now);
    return std::unexpected(error == StoreError::timeout ? Status::timeout : Status::down);
  }
  watch_.decided(now);
  return value;
}

// The earliest deadline goes first, so that nobody waits behind a later one.
void StoreCore::let_in() {
  while (has_room()) {
    const std::optional<Deadline> single = lanes_.oldest();
    if (!waiting_.empty() && (!single || waiting_.front().deadline <= *single)) {
      Waiting next = std::move(waiting_.front());
      waiting_.pop_front();
      send(std::move(next.script), next.deadline, next.calls, std::move(next.done), true);
    } else if (single) {
      lanes_.send_oldest();
    } else {
      return;
    }
  }
}

}  // namespace weir::store::redis
