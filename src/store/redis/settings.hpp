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
// runs while nobody decides. Only when the version is not the one we know, everything is fetched.
#pragma once

#include "store/redis/client.hpp"
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
  std::chrono::nanoseconds timeout = std::chrono::milliseconds(1000);  // of one question
  std::string instance{};                                              // who we are; empty: a random id
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
  [[nodiscard]] std::shared_ptr<void> watch(std::string_view scope, std::string_view prefix, Watcher changed) override;
  [[nodiscard]] bool current() const noexcept override;
  void when_current(std::move_only_function<void()> done) override;
  void poll() override;

  // Processes that were here within 5 s, as of the last question; at least 1. From any thread.
  [[nodiscard]] std::uint32_t instances() const noexcept { return instances_.load(std::memory_order_relaxed); }

  // The generation of a prefix's states: what is written under a lower one is as good as none. Spaces of one prefix
  // share it; it only ever rises. From any thread.
  [[nodiscard]] std::shared_ptr<std::atomic<std::int64_t>> generation(std::string_view prefix);
  // Begins a new one, here at once and elsewhere within 2 s. On the executor's thread `done` gets it.
  void begin_generation(std::string_view prefix,
                        std::move_only_function<void(std::expected<std::int64_t, SettingsError>)> done);

  // From now on nothing is asked; who waits is told.
  void close();
};

}  // namespace weir::store::redis
