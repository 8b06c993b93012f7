// settings.hpp: what processes share through Redis beside counters: settings, generations, and who is alive.
//
// All of it lies under one hash tag, so in one slot of a Cluster (NS is the namespace):
//   NS:{shared}:settings    hash  "SCOPE NAME" -> text; settings that stay: no TTL
//   NS:{shared}:denied      zset  "SCOPE NAME" -> when it ends, Unix ms; its TTL is the last one's end
//   NS:{shared}:generation  hash  prefix -> generation; kept as long as the oldest state could matter
//   NS:{shared}:version     text  changes with each of the three above; a day
//   NS:{shared}:instances   zset  a random id a process -> when it was last here, Unix ms; 5 s
// In SCOPE `%` and space are percent-encoded. All times are Redis' own.
//
// One script a second asks for the version and says that we are alive; it is sent with a decision, so that no timer
// runs while nobody decides. It answers with everything only when the version is not the one we know.
#pragma once

#include "store/redis/client/client.hpp"
#include "store/redis/layout/layout.hpp"
#include "store/redis/settings/followed_generations.hpp"
#include "store/redis/settings/known_settings.hpp"
#include "store/redis/settings/settings_snapshot.hpp"
#include "store/settings.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {

struct SharedSettingsOptions {
  std::string name_space = "weir";
  std::chrono::nanoseconds timeout = std::chrono::milliseconds(100);  // how long a decision waits for what is new
  std::chrono::nanoseconds patience = std::chrono::seconds(1);        // how long an answer or a write may take
  std::string instance{};                                             // who we are; empty: a random id
  // What is set here is written where @upstash/ratelimit reads it, too: the capacity in PREFIX:dynamic:global, who
  // stays denied in PREFIX:denyList:all. Not in a Cluster, where those keys lie in slots of their own.
  bool upstash = false;
  std::function<void()> on_first_call{};                       // before anything is asked, by whoever asks
  std::function<void(std::string_view sentence)> on_notice{};  // of what can't be used; once each
  std::chrono::steady_clock::time_point (*now)() = std::chrono::steady_clock::now;
};

class SharedSettings final : public Settings, public std::enable_shared_from_this<SharedSettings> {
 public:
  using Options = SharedSettingsOptions;
  // The client's executor. Asks nothing before it is first used.
  [[nodiscard]] static std::shared_ptr<SharedSettings> make(boost::asio::any_io_executor executor,
                                                            std::shared_ptr<Client> client, Options options);

  void put(std::string_view scope, std::string_view name, std::string_view text, std::optional<limits::Nanos> ttl,
           OnSettingWritten done) override;
  void erase(std::string_view scope, std::string_view name, OnSettingWritten done) override;
  void offer(std::vector<OfferedSetting> settings, Offer how) override;
  [[nodiscard]] bool known() const noexcept override { return known_at_.load(std::memory_order_relaxed) != 0; }
  [[nodiscard]] std::shared_ptr<void> watch(std::string_view scope, std::string_view prefix, Watcher changed) override;
  [[nodiscard]] bool current() const noexcept override;
  void when_current(std::move_only_function<void()> done) override;
  void look_elsewhere(std::string_view prefix, OnElsewhere done) override;
  void poll() override;

  // Processes that were here within 5 s, as of the last question; at least 1. From any thread.
  [[nodiscard]] std::uint32_t instances() const noexcept { return instances_.load(std::memory_order_relaxed); }

  // Keeps the space's generation true from now on, as long as it lives. From any thread.
  void follow(const RedisSpace& space) { generations_.follow(space); }
  // Begins a new generation of the space's states: what was written under a lower one is as good as none. Here at
  // once, elsewhere within 2 s.
  void begin_generation(const RedisSpace& space,
                        std::move_only_function<void(std::expected<void, SettingsError>)> done);

  // From now on nothing is asked; who waits is told. From any thread.
  void close();

 private:
  using Steady = std::chrono::steady_clock::time_point;
  // What is to be written where nothing is.
  struct Offered {
    OfferedSetting setting;
    Steady ends;  // Steady::max(): it stays
  };
  using OffersByField = std::map<std::string, Offered, std::less<>>;
  enum class Told : std::uint8_t { set, offered };
  using OnWrite = std::move_only_function<void(std::expected<WriteReply, SettingsError>)>;

  SharedSettings(boost::asio::any_io_executor executor, std::shared_ptr<Client> client, Options options);

  // On the executor.
  void ask();
  void answered(Reply reply, std::int64_t own_writes);
  void finish(bool well);
  void write(const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments, OnWrite done);
  void wrote(const WriteReply& reply);
  void learn(SettingsSnapshot snapshot);
  void send_offers();
  void offers_answered(const std::vector<std::string>& fields, const Reply& reply);
  // A setting of that name is about to be written: what was offered no longer matters, unless that fails.
  [[nodiscard]] OffersByField::node_type withdraw(std::string_view field);
  void offer_again(OffersByField::node_type offered);
  void tell_package(std::string_view scope, std::string_view name, std::optional<std::string_view> text,
                    Told how = Told::set);
  [[nodiscard]] bool waits_long(std::int64_t now) const noexcept;
  [[nodiscard]] std::int64_t now_ns() const noexcept { return options_.now().time_since_epoch().count(); }

  const boost::asio::any_io_executor executor_;
  const std::shared_ptr<Client> client_;
  const Options options_;
  struct Keys {
    std::string settings, denied, generation, version, instances;
  };
  const Keys keys_;

  // On the executor.
  std::string version_;          // of what is known; empty: nothing yet
  std::int64_t own_writes_ = 0;  // answered ones
  std::vector<std::move_only_function<void()>> waiting_;
  bool closed_ = false;
  bool offering_ = false;

  // Nanoseconds of the steady clock; 0: never.
  std::atomic<std::int64_t> asked_at_{0};
  std::atomic<std::int64_t> asking_since_{0};  // 0: no question is out
  std::atomic<std::int64_t> known_at_{0};      // when the question was asked that was answered last
  std::atomic<std::int64_t> failed_at_{0};
  std::atomic<std::uint32_t> instances_{1};

  KnownSettings known_;
  std::mutex offers_mutex_;  // taken before that of known_
  OffersByField offers_;     // all of them in known_; at most max_settings
  FollowedGenerations generations_;
};

}  // namespace weir::store::redis
