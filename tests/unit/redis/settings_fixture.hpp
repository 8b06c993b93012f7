// settings_fixture.hpp: shared settings over a Redis that says what a test wants, when it wants.
#pragma once

#include "replies.hpp"
#include "store/redis/settings/settings.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::store::redis {

// Answers the oldest question first.
class SettingsClient final : public Client {
 public:
  explicit SettingsClient(boost::asio::io_context& io) : io_(io) {}

  void send(Command command, Deadline, OnReply done) override {
    sent.push_back(std::move(command.bytes));
    waiting_.push_back(std::move(done));
  }
  [[nodiscard]] bool is_cluster() const override { return false; }
  [[nodiscard]] Health health() const override { return {}; }
  void close() override { waiting_.clear(); }

  // The oldest question's answer.
  void answer(const Value& value) {
    auto done = take();
    boost::asio::post(io_, [done = std::move(done), &value]() mutable { done(std::cref(value)); });
    io_.run();
    io_.restart();
  }
  void fail(Failure failure) {
    auto done = take();
    boost::asio::post(io_, [done = std::move(done), failure]() mutable { done(std::unexpected(failure)); });
    io_.run();
    io_.restart();
  }
  [[nodiscard]] std::size_t unanswered() const { return waiting_.size(); }

  std::vector<std::string> sent;

 private:
  OnReply take() {
    if (waiting_.empty()) throw std::logic_error("nothing was asked");
    OnReply done = std::move(waiting_.front());
    waiting_.pop_front();
    return done;
  }
  boost::asio::io_context& io_;
  std::deque<OnReply> waiting_;
};

inline std::chrono::steady_clock::time_point fake_now;

class SharedSettingsTest : public testing::Test {
 protected:
  // What is never answered would keep the settings, and they the client, for ever.
  ~SharedSettingsTest() override { client_->close(); }

  using Texts = std::vector<std::string>;

  SharedSettingsTest() { fake_now = std::chrono::steady_clock::time_point(std::chrono::hours(1)); }

  void run() {
    io_.run();
    io_.restart();
  }
  void poll() {
    settings_->poll();
    run();
  }

  Value texts(const Texts& list) {
    std::vector<Value> items;
    items.reserve(list.size());
    for (const std::string& text : list) items.push_back(replies_.text(text));
    return replies_.array(std::move(items));
  }
  Value unchanged(std::string_view version, std::int64_t instances = 1) {
    return replies_.array({replies_.text(version), Replies::integer(instances)});
  }
  Value snapshot(std::string_view version, const Texts& settings, const Texts& denied = {},
                 const Texts& generations = {}) {
    return replies_.array({replies_.text(version), Replies::integer(1), replies_.text("1700000000000"), texts(settings),
                           texts(denied), texts(generations), Replies::integer(0)});
  }
  Value put(std::string_view before, std::string_view version, std::string_view ends = "") {
    return replies_.array({replies_.text(before), replies_.text(version), Replies::integer(0), replies_.text(ends),
                           replies_.text("1700000000000")});
  }

  void answer(Value value) { client_->answer(value); }

  // Keeps what a scope has, as a watcher hears of it.
  std::map<std::string, std::string> heard_;
  std::map<std::string, std::chrono::nanoseconds> left_;
  int times_heard_ = 0;
  std::vector<std::string> complaints_;
  std::vector<std::string> notices_;
  std::function<void()> on_notice_;
  std::shared_ptr<void> listen(std::string_view scope) {
    return settings_->watch(scope, "", [this](std::span<const SettingChange> changes) {
      ++times_heard_;
      for (const SettingChange& change : changes) {
        const std::string name(change.name);
        left_.erase(name);
        if (!change.text) {
          heard_.erase(name);
          continue;
        }
        heard_[name] = *change.text;
        if (change.left) left_[name] = *change.left;
      }
      return complaints_;
    });
  }

  boost::asio::io_context io_;
  Replies replies_;
  std::shared_ptr<SettingsClient> client_ = std::make_shared<SettingsClient>(io_);
  std::shared_ptr<SharedSettings> settings_ = SharedSettings::make(io_.get_executor(), client_,
                                                                   {.name_space = "ns",
                                                                    .instance = "me",
                                                                    .on_notice =
                                                                        [this](std::string_view sentence) {
                                                                          notices_.emplace_back(sentence);
                                                                          if (on_notice_) on_notice_();
                                                                        },
                                                                    .now = [] { return fake_now; }});
};

}  // namespace weir::store::redis
