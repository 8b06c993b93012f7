// fake_settings.hpp: settings that several fake stores share, as they would share a Redis: what is written by one is
// heard of by all at once.
#pragma once

#include "store/settings.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::limiter {

class FakeSettings final : public store::Settings {
 public:
  enum class Mood { answers, waits, down, full };
  Mood mood = Mood::answers;
  bool is_current = true;
  int polls = 0;
  int writes = 0;
  std::optional<store::Offer> offered_as;
  std::vector<std::string> complaints;
  using Name = std::pair<std::string, std::string>;  // scope and name
  std::map<Name, std::string> kept;

  void put(std::string_view scope, std::string_view name, std::string_view text, std::optional<limits::Nanos> ttl,
           store::OnSettingWritten done) override {
    ++writes;
    write([this, scope = std::string(scope), name = std::string(name), text = std::string(text), ttl,
           done = std::move(done)](std::optional<store::SettingsError> error) mutable {
      if (error) return done(std::unexpected(*error));
      const bool existed = !kept.insert_or_assign(Name(scope, name), text).second;
      tell(scope, {.name = name, .text = text, .left = ttl});
      done(existed);
    });
  }
  void erase(std::string_view scope, std::string_view name, store::OnSettingWritten done) override {
    ++writes;
    write([this, scope = std::string(scope), name = std::string(name),
           done = std::move(done)](std::optional<store::SettingsError> error) mutable {
      if (error) return done(std::unexpected(*error));
      const bool existed = kept.erase(Name(scope, name)) != 0;
      tell(scope, {.name = name, .text = {}, .left = {}});
      done(existed);
    });
  }
  [[nodiscard]] std::shared_ptr<void> watch(std::string_view scope, std::string_view, Watcher changed) override {
    auto one = std::make_shared<Watching>(Watching{std::string(scope), std::move(changed)});
    watching_.push_back(one);
    for (const auto& [name, text] : kept) {
      if (name.first == scope) tell_one(*one, {.name = name.second, .text = text, .left = {}});
    }
    return one;
  }
  void offer(std::vector<store::OfferedSetting> settings, store::Offer how) override {
    offered_as = how;
    for (store::OfferedSetting& one : settings) {
      if (!kept.try_emplace(Name(one.scope, one.name), one.text).second) continue;
      tell(one.scope, {.name = one.name, .text = one.text, .left = one.ttl});
    }
  }
  [[nodiscard]] bool known() const noexcept override { return is_current; }
  [[nodiscard]] bool current() const noexcept override { return is_current; }
  void when_current(std::move_only_function<void()> done) override {
    if (is_current) return done();
    waiting_.push_back(std::move(done));
  }
  void poll() override { ++polls; }

  // Another process's change, as it is heard of.
  void hear(const std::string& scope, const std::string& name, const std::string& text) {
    kept.insert_or_assign(Name(scope, name), text);
    tell(scope, {.name = name, .text = text, .left = {}});
  }
  void become_current() {
    is_current = true;
    for (auto& done : std::exchange(waiting_, {})) done();
  }
  [[nodiscard]] bool somebody_waits() const { return !waiting_.empty(); }
  // Mood::waits: lets go of the writes that were held back.
  void write_now() {
    for (auto& one : std::exchange(late_, {})) one(std::nullopt);
  }

 private:
  struct Watching {
    std::string scope;
    Watcher changed;
  };
  using Write = std::move_only_function<void(std::optional<store::SettingsError>)>;
  void write(Write what) {
    switch (mood) {
      case Mood::answers:
        return what(std::nullopt);
      case Mood::waits:
        late_.push_back(std::move(what));
        return;
      case Mood::down:
        return what(store::SettingsError::down);
      case Mood::full:
        return what(store::SettingsError::full);
    }
  }
  void tell(const std::string& scope, const store::SettingChange& change) {
    for (const auto& one : watching_) {
      if (const auto watching = one.lock(); watching && watching->scope == scope) tell_one(*watching, change);
    }
  }
  void tell_one(Watching& watching, const store::SettingChange& change) {
    for (std::string& complaint : watching.changed(std::span(&change, 1))) complaints.push_back(std::move(complaint));
  }

  std::vector<std::weak_ptr<Watching>> watching_;
  std::vector<Write> late_;
  std::vector<std::move_only_function<void()>> waiting_;
};

}  // namespace weir::limiter
