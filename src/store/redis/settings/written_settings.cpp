// written_settings.cpp: what is set in this process goes to Redis, and is known here once it is there.
#include "store/redis/layout/script.hpp"
#include "store/redis/layout/script_text.hpp"
#include "store/redis/settings/setting_field.hpp"
#include "store/redis/settings/settings.hpp"
#include "store/redis/upstash/keys.hpp"

#include <boost/asio/dispatch.hpp>

#include <algorithm>
#include <utility>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;

// A state of a year's window, and some: older ones have ended by themselves.
constexpr milliseconds generation_lives = std::chrono::hours(24 * 800);

const Script& script(std::string_view name) {
  static const auto all = [] {
    std::map<std::string_view, Script> scripts;
    for (const std::string_view one : {"shared_put", "shared_erase", "shared_generation"}) {
      scripts.emplace(one, Script::of(one, std::string(script_text(one))));
    }
    return scripts;
  }();
  return all.at(name);
}

// The capacity in "v1 [ALGORITHM] COUNT per PERIOD [burst N]"; empty when it has none.
std::string_view capacity_of(std::string_view rate) {
  const auto number_after = [&](std::size_t at) {
    const std::string_view rest = rate.substr(at);
    return rest.substr(0, rest.find(' '));
  };
  if (const std::size_t burst = rate.find(" burst "); burst != std::string_view::npos) return number_after(burst + 7);
  const std::size_t per = rate.find(" per ");
  if (per == std::string_view::npos) return {};
  return number_after(rate.rfind(' ', per - 1) + 1);
}

}  // namespace

void SharedSettings::write(const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments,
                           OnWrite done) {
  if (options_.on_first_call) options_.on_first_call();
  boost::asio::dispatch(
      executor_,
      [self = shared_from_this(), done = std::move(done),
       call = ScriptCall{.script = &script, .keys = std::move(keys), .arguments = std::move(arguments)}]() mutable {
        if (self->closed_) return done(std::unexpected(SettingsError::down));
        call_script(*self->client_, std::move(call), self->options_.now() + self->options_.patience,
                    [self, done = std::move(done)](Reply reply) mutable {
                      if (reply && is_full(*reply)) return done(std::unexpected(SettingsError::full));
                      const auto read = reply ? read_write(*reply) : std::nullopt;
                      if (!read) return done(std::unexpected(SettingsError::down));
                      self->wrote(*read);
                      done(*read);
                    });
      });
}

void SharedSettings::wrote(const WriteReply& reply) {
  ++own_writes_;
  // What others wrote before it we may not have seen: then the version stays, and the next question brings it.
  if (reply.before == version_) version_ = reply.version;
}

void SharedSettings::put(std::string_view scope, std::string_view name, std::string_view text,
                         std::optional<limits::Nanos> ttl, OnSettingWritten done) {
  std::string field = setting_field(scope, name);
  std::string value(text);
  std::string span =
      ttl ? std::to_string(std::max<std::int64_t>(1, std::chrono::ceil<milliseconds>(*ttl).count())) : "";
  std::vector<std::string> arguments{field, value, std::move(span), std::to_string(max_settings)};
  auto withdrawn = withdraw(field);
  write(script("shared_put"), {keys_.version, keys_.settings, keys_.denied}, std::move(arguments),
        [self = shared_from_this(), scope = std::string(scope), name = std::string(name), stays = !ttl,
         field = std::move(field), value = std::move(value), withdrawn = std::move(withdrawn),
         done = std::move(done)](std::expected<WriteReply, SettingsError> written) mutable {
          if (!written) {
            self->offer_again(std::move(withdrawn));
            return done(std::unexpected(written.error()));
          }
          self->tell_package(scope, name, stays ? std::optional<std::string_view>(value) : std::nullopt);
          self->known_.set(field, SharedSetting{.text = std::move(value), .ends_ms = whole(written->rest)},
                           written->now_ms, self->options_.now());
          done(written->existed);
        });
}

void SharedSettings::erase(std::string_view scope, std::string_view name, OnSettingWritten done) {
  std::string field = setting_field(scope, name);
  write(
      script("shared_erase"), {keys_.version, keys_.settings, keys_.denied}, {field},
      [self = shared_from_this(), scope = std::string(scope), name = std::string(name), field,
       withdrawn = withdraw(field), done = std::move(done)](std::expected<WriteReply, SettingsError> written) mutable {
        if (!written) {
          self->offer_again(std::move(withdrawn));
          return done(std::unexpected(written.error()));
        }
        self->tell_package(scope, name, std::nullopt);
        self->known_.erase(field, self->options_.now());
        done(written->existed);
      });
}

void SharedSettings::begin_generation(const RedisSpace& space,
                                      std::move_only_function<void(std::expected<void, SettingsError>)> done) {
  write(script("shared_generation"), {keys_.version, keys_.generation},
        {space.prefix(), std::to_string(generation_lives.count()), std::to_string(max_settings)},
        [self = shared_from_this(), prefix = space.prefix(),
         done = std::move(done)](std::expected<WriteReply, SettingsError> written) mutable {
          const auto generation = written ? whole(written->rest) : std::nullopt;
          if (!generation) return done(std::unexpected(written ? SettingsError::down : written.error()));
          self->generations_.raise(prefix, *generation);
          done({});
        });
}

void SharedSettings::tell_package(std::string_view scope, std::string_view name, std::optional<std::string_view> text,
                                  Told how) {
  if (!options_.upstash) return;
  const std::string prefix = known_.prefix_of(scope);
  if (prefix.empty()) return;
  const auto tell = [&](std::initializer_list<std::string_view> words) {
    client_->send(command(words), options_.now() + options_.patience, [](const Reply&) {});
  };
  constexpr std::string_view deny = "deny ";
  if (name == "rate") {
    const std::string key = upstash::dynamic_limit_key(prefix);
    const std::string_view capacity = text ? capacity_of(*text) : std::string_view{};
    if (how == Told::offered && !capacity.empty()) return tell({"SET", key, capacity, "NX"});
    capacity.empty() ? tell({"DEL", key}) : tell({"SET", key, capacity});
  } else if (name.starts_with(deny)) {
    tell({text ? "SADD" : "SREM", upstash::deny_list_key(prefix), name.substr(deny.size())});
  }
}

}  // namespace weir::store::redis
