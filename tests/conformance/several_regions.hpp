// several_regions.hpp: the store over several Redis, whose answers come in an order that the test says.
#pragma once

#include "store/redis/store/open_store.hpp"
#include "store/redis/store/owned_call.hpp"
#include "store/regions/regions_store.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::conformance {

// A region whose decisions wait until they are let go.
class HeldStore final : public store::Store {
 public:
  using OnSettled = std::move_only_function<void(store::Settled)>;

  explicit HeldStore(std::shared_ptr<store::Store> store) : store_(std::move(store)) {}

  void let_go(bool down) {
    for (Held& held : std::exchange(held_, {})) {
      if (down) {
        held.done({.status = store::Status::down, .verdicts = {}});
      } else {
        store_->decide(held.call.view(), std::move(held.done));
      }
    }
  }

  std::shared_ptr<const store::Space> open(std::string_view name, const Rule& rule) override {
    return store_->open(name, rule);
  }
  [[nodiscard]] bool immediate() const override { return false; }
  void decide(const store::Call& call, std::move_only_function<void(store::Answer)> done) override {
    held_.push_back({store::redis::OwnedCall(call), std::move(done)});
  }
  void settle(std::string_view id, std::span<const std::int64_t> amounts, Instant now, OnSettled done) override {
    store_->settle(id, amounts, now, std::move(done));
  }
  void renew(std::string_view id, store::Nanos lease, Instant now, OnSettled done) override {
    store_->renew(id, lease, now, std::move(done));
  }
  void reset(const store::Space& space, Key key, Instant now, OnSettled done) override {
    store_->reset(space, key, now, std::move(done));
  }
  void reset_all(const store::Space& space, Instant now, OnSettled done) override {
    store_->reset_all(space, now, std::move(done));
  }
  [[nodiscard]] bool keeps_requests() const override { return store_->keeps_requests(); }
  void amend(const store::Space& space, std::span<const store::Amendment> amendments, Instant now,
             std::move_only_function<void(store::Status)> done) override {
    store_->amend(space, amendments, now, std::move(done));
  }

 private:
  struct Held {
    store::redis::OwnedCall call;
    std::move_only_function<void(store::Answer)> done;
  };
  const std::shared_ptr<store::Store> store_;
  std::vector<Held> held_;
};

class SeveralRegions {
 public:
  explicit SeveralRegions(const std::vector<std::uint16_t>& ports) {
    std::vector<std::shared_ptr<store::Region>> regions;
    for (const std::uint16_t port : ports) {
      store::redis::OpenOptions options{.layout = store::redis::OpenOptions::Layout::upstash,
                                        .regions = {"of several"},
                                        .store = {.timeout = std::chrono::seconds(20)}};
      auto opened = store::redis::open_redis_store(io_.get_executor(), "redis://127.0.0.1:" + std::to_string(port),
                                                   std::move(options));
      if (!opened) throw std::runtime_error(opened.error());
      held_.push_back(std::make_shared<HeldStore>(*std::move(opened)));
      regions.push_back(std::make_shared<store::Region>(std::to_string(port), held_.back()));
    }
    store_ = std::make_unique<store::RegionsStore>(std::move(regions));
  }

  [[nodiscard]] store::Store& store() { return *store_; }

  // Returns once nothing is under way any more. Regions answer in order, from `first` on.
  store::Answer decide(const store::Check& check, Instant now, std::size_t first, std::span<const std::size_t> down) {
    std::optional<store::Answer> answer;
    store_->decide({.checks = std::span(&check, 1), .now = now}, [&](store::Answer said) { answer = std::move(said); });
    for (std::size_t at = 0; at < held_.size(); ++at) {
      const std::size_t region = (first + at) % held_.size();
      held_[region]->let_go(std::ranges::find(down, region) != down.end());
      run();
    }
    return answer.value();
  }

  bool reset(const store::Space& space, Key key, Instant now) {
    std::optional<store::Settled> settled;
    store_->reset(space, key, now, [&](const store::Settled& how) { settled = how; });
    run();
    return settled.value().has_value();
  }

 private:
  void run() {
    io_.restart();
    io_.run();
  }

  boost::asio::io_context io_;
  std::vector<std::shared_ptr<HeldStore>> held_;
  std::unique_ptr<store::RegionsStore> store_;
};

}  // namespace weir::conformance
