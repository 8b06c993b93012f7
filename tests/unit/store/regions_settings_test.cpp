#include "store/regions/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const Instant t0 = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15);

// One region's, which others may change.
class KeptSettings final : public Settings {
 public:
  bool down = false;
  bool is_current = true;
  bool slow = false;  // the answer to the next write waits for `answer`
  std::move_only_function<void()> answer;
  int polls = 0;
  std::optional<std::int64_t> elsewhere;  // the capacity that other programs have set
  std::map<std::string, std::string> kept;

  void put(std::string_view, std::string_view name, std::string_view text, std::optional<limits::Nanos>,
           OnSettingWritten done) override {
    if (down) return done(std::unexpected(SettingsError::down));
    if (slow) {
      answer = [this, setting = std::string(name), value = std::string(text), done = std::move(done)]() mutable {
        hear(setting, value);
        done(false);
      };
      return;
    }
    hear(std::string(name), std::string(text));
    done(false);
  }
  void erase(std::string_view, std::string_view name, OnSettingWritten done) override {
    if (down) return done(std::unexpected(SettingsError::down));
    hear(std::string(name), std::nullopt);
    done(true);
  }
  std::shared_ptr<void> watch(std::string_view, std::string_view, Watcher changed) override {
    changed_ = std::move(changed);
    for (const auto& [name, text] : kept) tell({.name = name, .text = text, .left = {}});
    return std::make_shared<int>();
  }
  void offer(std::vector<OfferedSetting> settings, Offer) override {
    for (const OfferedSetting& one : settings) {
      if (!kept.contains(one.name)) hear(one.name, one.text);
    }
  }
  bool known() const noexcept override { return is_current; }
  bool current() const noexcept override { return is_current; }
  void when_current(std::move_only_function<void()> done) override { done(); }
  void look_elsewhere(std::string_view prefix, OnElsewhere done) override {
    if (down) return done(std::unexpected(SettingsError::down));
    done(SetElsewhere{.capacity = elsewhere, .denied = {std::string(prefix)}});
  }
  void poll() override { ++polls; }

  void hear(const std::string& name, std::optional<std::string> text) {
    if (text) {
      kept[name] = *text;
      tell({.name = name, .text = *text, .left = {}});
    } else {
      kept.erase(name);
      tell({.name = name, .text = {}, .left = {}});
    }
  }

 private:
  void tell(const SettingChange& change) {
    if (changed_) (void)changed_(std::span(&change, 1));
  }
  Watcher changed_;
};

class RegionsSettingsTest : public testing::Test {
 protected:
  std::shared_ptr<KeptSettings> near = std::make_shared<KeptSettings>();
  std::shared_ptr<KeptSettings> far = std::make_shared<KeptSettings>();
  std::shared_ptr<Presence> near_presence = std::make_shared<Presence>();
  std::shared_ptr<Presence> far_presence = std::make_shared<Presence>();
  std::shared_ptr<RegionsSettings> settings =
      std::make_shared<RegionsSettings>(std::vector<SettingsOfRegion>{{near, near_presence}, {far, far_presence}});
  std::map<std::string, std::string> seen;
  std::shared_ptr<void> watching = settings->watch("limit", "", [this](std::span<const SettingChange> changes) {
    for (const SettingChange& change : changes) {
      if (change.text) {
        seen[std::string(change.name)] = *change.text;
      } else {
        seen.erase(std::string(change.name));
      }
    }
    return std::vector<std::string>{};
  });

  SettingWritten put(const std::string& name, const std::string& text) {
    SettingWritten written = std::unexpected(SettingsError::full);
    settings->put("limit", name, text, std::nullopt, [&](SettingWritten how) { written = how; });
    return written;
  }
  void goes(KeptSettings& one, Presence& presence) {
    one.down = true;
    presence.failed();
    settings->turn(t0);
  }
};

TEST_F(RegionsSettingsTest, AreWrittenToAllAndReadFromTheFirst) {
  EXPECT_TRUE(put("rate", "5/1m"));
  EXPECT_THAT(near->kept, ElementsAre(Pair("rate", "5/1m")));
  EXPECT_THAT(far->kept, ElementsAre(Pair("rate", "5/1m")));
  far->hear("rate", "6/1m");
  EXPECT_THAT(seen, ElementsAre(Pair("rate", "5/1m")));
}

TEST_F(RegionsSettingsTest, WhoSetsOneIsAnsweredWhenItActsHere) {
  near->slow = true;
  std::optional<SettingWritten> written;
  settings->put("limit", "rate", "5/1m", std::nullopt, [&](SettingWritten how) { written = how; });
  EXPECT_THAT(far->kept, ElementsAre(Pair("rate", "5/1m")));
  EXPECT_FALSE(written);
  std::exchange(near->answer, nullptr)();
  EXPECT_TRUE(written && *written);
  EXPECT_THAT(seen, ElementsAre(Pair("rate", "5/1m")));
}

TEST_F(RegionsSettingsTest, AreReadFromTheNextWhileTheFirstIsDown) {
  EXPECT_TRUE(put("rate", "5/1m"));
  near->hear("old", "x");
  goes(*near, *near_presence);
  EXPECT_THAT(seen, ElementsAre(Pair("rate", "5/1m")));
  far->hear("rate", "6/1m");
  EXPECT_THAT(seen, ElementsAre(Pair("rate", "6/1m")));
}

TEST_F(RegionsSettingsTest, WhatARegionMissedIsWrittenThereBeforeItIsReadAgain) {
  goes(*near, *near_presence);
  EXPECT_TRUE(put("rate", "7/1m"));
  EXPECT_THAT(near->kept, IsEmpty());
  near->down = false;
  near_presence->answered(t0 + 1s);
  settings->turn(t0 + 1s);
  EXPECT_THAT(near->kept, ElementsAre(Pair("rate", "7/1m")));
  far->hear("late", "y");
  EXPECT_THAT(seen, ElementsAre(Pair("late", "y"), Pair("rate", "7/1m")));
  settings->turn(t0 + 1s + RegionsSettings::settling);
  EXPECT_THAT(seen, ElementsAre(Pair("rate", "7/1m")));
}

TEST_F(RegionsSettingsTest, OfTwoWritesThatARegionMissedTheLastOneIsWritten) {
  goes(*far, *far_presence);
  EXPECT_TRUE(put("rate", "7/1m"));
  EXPECT_TRUE(put("rate", "8/1m"));
  far->down = false;
  far_presence->answered(t0);
  settings->turn(t0);
  EXPECT_THAT(far->kept, ElementsAre(Pair("rate", "8/1m")));
}

TEST_F(RegionsSettingsTest, NothingIsSetWhenNoRegionAnswers) {
  goes(*far, *far_presence);
  goes(*near, *near_presence);
  EXPECT_EQ(put("rate", "7/1m"), SettingWritten(std::unexpected(SettingsError::down)));
  near->down = far->down = false;
  near_presence->answered(t0);
  far_presence->answered(t0);
  settings->turn(t0);
  EXPECT_THAT(near->kept, IsEmpty());
  EXPECT_THAT(far->kept, IsEmpty());
}

TEST_F(RegionsSettingsTest, ARegionThatWasNeverHeardOfIsNotRead) {
  near->hear("rate", "5/1m");
  far->is_current = false;
  goes(*near, *near_presence);
  EXPECT_THAT(seen, ElementsAre(Pair("rate", "5/1m")));
}

TEST_F(RegionsSettingsTest, WhatOtherProgramsHaveSetIsAskedWhereSettingsAreRead) {
  near->elsewhere = 5;
  far->elsewhere = 6;
  std::optional<std::int64_t> told;
  const auto look = [&] {
    settings->look_elsewhere(
        "p", [&](std::expected<SetElsewhere, SettingsError> found) { told = found ? found->capacity : std::nullopt; });
    return told;
  };
  EXPECT_EQ(look(), 5);
  goes(*near, *near_presence);
  EXPECT_EQ(look(), 6);
}

TEST_F(RegionsSettingsTest, EveryRegionIsAskedForChanges) {
  settings->poll();
  EXPECT_EQ(near->polls, 1);
  EXPECT_EQ(far->polls, 1);
}

}  // namespace
}  // namespace weir::store
