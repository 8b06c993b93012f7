// settings.cpp: what is asked, and who waits for it. Writing: written_settings.cpp, offered_settings.cpp.
#include "store/redis/settings/settings.hpp"

#include "store/redis/layout/script.hpp"
#include "store/redis/layout/script_text.hpp"
#include "store/redis/upstash/package_settings.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::int64_t asked_every = nanoseconds(std::chrono::seconds(1)).count();
// What was asked less than this ago is known well enough: a change acts within 2 s, its answer's way included.
constexpr std::int64_t current_for = nanoseconds(milliseconds(1800)).count();
// A question that failed is asked again with the first decision after this long: Redis may be up again, and whoever
// decides before its answer goes by what was known before.
constexpr std::int64_t asked_again_after = nanoseconds(milliseconds(50)).count();
constexpr milliseconds instance_lives{5000};
constexpr std::size_t most_bytes = 32U << 20U;  // of one answer: below what a Client takes
constexpr std::size_t most_waiting = 65'536;

const Script& poll_script() {
  static const Script script = Script::of("shared_poll", std::string(script_text("shared_poll")));
  return script;
}

std::string random_instance() {
  std::random_device device;
  std::string id;
  for (int i = 0; i < 4; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (unsigned bits = device(), digit = 0; digit < 8; ++digit, bits >>= 4U) id += digits[bits & 15U];
  }
  return id;
}

SharedSettingsOptions completed(SharedSettingsOptions options) {
  if (options.instance.empty()) options.instance = random_instance();
  return options;
}

}  // namespace

std::shared_ptr<SharedSettings> SharedSettings::make(boost::asio::any_io_executor executor,
                                                     std::shared_ptr<Client> client, Options options) {
  return std::shared_ptr<SharedSettings>(
      new SharedSettings(std::move(executor), std::move(client), std::move(options)));
}

SharedSettings::SharedSettings(boost::asio::any_io_executor executor, std::shared_ptr<Client> client, Options options)
    : executor_(std::move(executor)),
      client_(std::move(client)),
      options_(completed(std::move(options))),
      keys_([](const std::string& name_space) {
        const std::string start = name_space + ":{shared}:";
        return Keys{.settings = start + "settings",
                    .denied = start + "denied",
                    .generation = start + "generation",
                    .version = start + "version",
                    .instances = start + "instances"};
      }(options_.name_space)),
      known_(options_.on_notice) {}

bool SharedSettings::waits_long(std::int64_t now) const noexcept {
  const std::int64_t since = asking_since_.load(std::memory_order_relaxed);
  return since != 0 && now - since >= options_.timeout.count();
}

bool SharedSettings::current() const noexcept {
  const std::int64_t now = now_ns();
  const auto lately = [now](const std::atomic<std::int64_t>& at, std::int64_t span) {
    const std::int64_t then = at.load(std::memory_order_relaxed);
    return then != 0 && now - then < span;
  };
  return lately(known_at_, current_for) || lately(failed_at_, asked_again_after) || waits_long(now);
}

void SharedSettings::when_current(std::move_only_function<void()> done) {
  if (current()) return done();
  if (options_.on_first_call) options_.on_first_call();
  boost::asio::post(executor_, [self = shared_from_this(), done = std::move(done)]() mutable {
    if (self->closed_ || self->current() || self->waiting_.size() >= most_waiting) return done();
    self->waiting_.push_back(std::move(done));
    self->ask();
  });
}

void SharedSettings::poll() {
  const std::int64_t now = now_ns();
  std::int64_t last = asked_at_.load(std::memory_order_relaxed);
  const std::int64_t failed = failed_at_.load(std::memory_order_relaxed);
  const bool soon = failed >= last ? now - failed < asked_again_after : now - last < asked_every;
  if (last != 0 && soon) return;
  if (!asked_at_.compare_exchange_strong(last, now)) return;  // another thread asks
  if (options_.on_first_call) options_.on_first_call();
  boost::asio::dispatch(executor_, [self = shared_from_this()] { self->ask(); });
}

void SharedSettings::ask() {
  if (asking_since_.load() != 0) return;
  if (closed_) return finish(false);
  const std::int64_t now = now_ns();
  asked_at_.store(now);
  asking_since_.store(now);
  ScriptCall call{
      .script = &poll_script(),
      .keys = {keys_.instances, keys_.version, keys_.settings, keys_.denied, keys_.generation},
      .arguments = {options_.instance, version_, std::to_string(instance_lives.count()), std::to_string(most_bytes)}};
  // Whoever waits for the first answer waits as long as a decision may.
  call_script(
      *client_, std::move(call), options_.now() + std::max(options_.patience, options_.timeout),
      [self = shared_from_this(), own_writes = own_writes_](Reply reply) { self->answered(reply, own_writes); });
}

void SharedSettings::answered(Reply reply, std::int64_t own_writes) {
  auto read = reply ? read_poll(*reply) : std::nullopt;
  if (!read) return finish(false);
  instances_.store(static_cast<std::uint32_t>(std::clamp<std::int64_t>(read->instances, 1, 1'000'000)));
  if (read->changed) {
    // From before a write of ours that has been answered meanwhile: the next question finds what is missing.
    const bool outrun = own_writes != own_writes_ && whole(read->version) < whole(version_);
    if (!outrun) {
      version_ = read->version;
      learn(*std::move(read->changed));
    }
  }
  finish(true);
}

void SharedSettings::learn(SettingsSnapshot snapshot) {
  if (snapshot.left_out) known_.say("there are more settings in Redis than one answer may hold: some do not act");
  for (const auto& [prefix, generation] : snapshot.generations) generations_.raise(prefix, generation);
  const Steady now = options_.now();
  const std::scoped_lock lock(offers_mutex_);
  std::erase_if(offers_,
                [&](const auto& one) { return one.second.ends <= now || snapshot.settings.contains(one.first); });
  for (const auto& [field, offered] : offers_) {
    SharedSetting setting{.text = offered.setting.text, .ends_ms = {}};
    if (offered.ends != Steady::max()) {
      setting.ends_ms = snapshot.now_ms + std::chrono::ceil<milliseconds>(offered.ends - now).count();
    }
    snapshot.settings.emplace(field, std::move(setting));
  }
  known_.become(std::move(snapshot.settings), snapshot.now_ms, now);
}

void SharedSettings::finish(bool well) {
  if (well) {
    known_at_.store(asking_since_.load());
  } else {
    failed_at_.store(now_ns());
  }
  asking_since_.store(0);
  if (well) send_offers();
  for (auto& done : std::exchange(waiting_, {})) done();
}

void SharedSettings::close() {
  boost::asio::dispatch(executor_, [self = shared_from_this()] {
    self->closed_ = true;
    if (self->asking_since_.load() == 0) self->finish(false);  // else the client's end answers
  });
}

void SharedSettings::look_elsewhere(std::string_view prefix, OnElsewhere done) {
  if (!options_.upstash) return done(SetElsewhere{});
  if (options_.on_first_call) options_.on_first_call();
  boost::asio::dispatch(executor_, [self = shared_from_this(), call = upstash::package_settings_call(prefix),
                                    done = std::move(done)]() mutable {
    if (self->closed_) return done(std::unexpected(SettingsError::down));
    call_script(*self->client_, std::move(call), self->options_.now() + self->options_.patience,
                [done = std::move(done)](const Reply& reply) mutable {
                  auto read = reply ? upstash::read_package_settings(*reply) : std::nullopt;
                  if (!read) return done(std::unexpected(SettingsError::down));
                  done(*std::move(read));
                });
  });
}

std::shared_ptr<void> SharedSettings::watch(std::string_view scope, std::string_view prefix, Watcher changed) {
  return known_.watch(scope, prefix, std::move(changed), options_.now());
}

}  // namespace weir::store::redis
