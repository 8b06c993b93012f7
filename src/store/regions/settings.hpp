// settings.hpp: what is set while processes run, over regions: written to all, read from the first that answers. A
// region that could not be written to is when it answers again; the last write wins.
//
// A nearer region that comes back is read only when it has answered for `settling`, and has what this process wrote:
// others need that long to bring it up to date. Nothing runs by itself: `turn` is called with answers.
#pragma once

#include "store/regions/presence.hpp"
#include "store/settings.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::store {

struct SettingsOfRegion {
  std::shared_ptr<Settings> settings;
  std::shared_ptr<const Presence> presence;
};

class RegionsSettings final : public Settings, public std::enable_shared_from_this<RegionsSettings> {
 public:
  static constexpr std::chrono::nanoseconds settling = std::chrono::seconds(5);
  static constexpr std::size_t max_pending = 10'000;  // writes that a region lacks; the newest are dropped beyond it

  explicit RegionsSettings(std::vector<SettingsOfRegion> regions)
      : regions_(std::move(regions)), pending_(regions_.size()) {}

  void put(std::string_view scope, std::string_view name, std::string_view text, std::optional<limits::Nanos> ttl,
           OnSettingWritten done) override;
  void erase(std::string_view scope, std::string_view name, OnSettingWritten done) override;
  [[nodiscard]] std::shared_ptr<void> watch(std::string_view scope, std::string_view prefix, Watcher changed) override;
  void offer(std::vector<OfferedSetting> settings, Offer how) override;
  [[nodiscard]] bool known() const noexcept override { return of_reading().known(); }
  [[nodiscard]] bool current() const noexcept override { return of_reading().current(); }
  void when_current(std::move_only_function<void()> done) override { of_reading().when_current(std::move(done)); }
  // What the region says that is read: programs that share it write to all of them.
  void look_elsewhere(std::string_view prefix, OnElsewhere done) override {
    of_reading().look_elsewhere(prefix, std::move(done));
  }
  void poll() override;

  // On the store's executor, with an answer: reads elsewhere when that is due, writes what a region lacks.
  void turn(Instant now);

 private:
  using Steady = std::chrono::steady_clock::time_point;
  using Name = std::pair<std::string, std::string>;  // scope and name
  struct Written {
    std::optional<std::string> text{};  // none: erased
    std::optional<Steady> ends{};
  };
  struct Pending {
    std::map<Name, Written> writes;
    bool sending = false;
  };
  class Watching;
  struct Write;

  [[nodiscard]] Settings& of_reading() const { return *regions_[reading_.load()].settings; }
  [[nodiscard]] std::size_t to_read(Instant now) const;
  void write(Name name, Written written, OnSettingWritten done);
  void write_to(std::size_t region, const Name& name, const Written& written, OnSettingWritten done);
  void missed(std::size_t region, const Name& name, const Written& written);
  void arrived(std::size_t region, const Name& name);
  void send_pending(std::size_t region);
  [[nodiscard]] bool lacks(std::size_t region) const;

  const std::vector<SettingsOfRegion> regions_;
  std::atomic<std::size_t> reading_{0};
  mutable std::mutex mutex_;
  std::vector<Pending> pending_;
  std::atomic<bool> any_pending_{false};
  std::vector<std::weak_ptr<Watching>> watching_;
};

}  // namespace weir::store
