// watching.hpp: one watcher of settings over regions: hears of all of them, and is told what one of them says.
#pragma once

#include "store/regions/settings.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weir::store {

class RegionsSettings::Watching {
 public:
  Watching(std::size_t regions, std::size_t reading, Watcher changed)
      : known_(regions), reading_(reading), changed_(std::move(changed)) {}

  void keep(std::shared_ptr<void> watch) {
    const std::scoped_lock lock(mutex_);
    watches_.push_back(std::move(watch));
  }
  [[nodiscard]] std::vector<std::string> heard(std::size_t region, std::span<const SettingChange> changes);
  // From now on what this region says: the difference is told.
  void read(std::size_t region);

 private:
  struct Known {
    std::string text;
    std::optional<Steady> ends;
    friend bool operator==(const Known&, const Known&) = default;
  };
  using ByName = std::map<std::string, Known, std::less<>>;

  std::mutex mutex_;
  std::vector<ByName> known_;  // by region
  std::size_t reading_;
  Watcher changed_;
  std::vector<std::shared_ptr<void>> watches_;
};

}  // namespace weir::store
