// offered_settings.cpp: settings that were in force before this store took another one's place.
//
// They act here at once, beside what Redis has said. Those that are to be written are sent when an answer has come,
// some at a time: the script leaves alone what is set. The version is not taken from it, so that the next question
// brings all that is set then.
#include "store/redis/layout/script.hpp"
#include "store/redis/layout/script_text.hpp"
#include "store/redis/settings/setting_field.hpp"
#include "store/redis/settings/settings.hpp"

#include <algorithm>
#include <utility>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_offered = 256;  // in one script call

const Script& offer_script() {
  static const Script script = Script::of("shared_offer", std::string(script_text("shared_offer")));
  return script;
}

}  // namespace

void SharedSettings::offer(std::vector<OfferedSetting> settings, Offer how) {
  const Steady now = options_.now();
  {
    const std::scoped_lock lock(offers_mutex_);
    for (OfferedSetting& setting : settings) {
      const std::string field = setting_field(setting.scope, setting.name);
      const bool ends = setting.ttl && *setting.ttl < Steady::max() - now;
      if (!known_.assume(field, setting.text, ends ? setting.ttl : std::nullopt, now)) continue;
      if (how == Offer::until_known) continue;
      const Steady end = ends ? now + *setting.ttl : Steady::max();
      offers_.try_emplace(field, Offered{.setting = std::move(setting), .ends = end});
    }
  }
  poll();
}

void SharedSettings::send_offers() {
  if (offering_ || closed_) return;
  std::vector<std::string> fields;
  std::vector<std::string> arguments{std::to_string(max_settings)};
  {
    const std::scoped_lock lock(offers_mutex_);
    const Steady now = options_.now();
    std::erase_if(offers_, [now](const auto& one) { return one.second.ends <= now; });
    for (const auto& [field, offered] : offers_) {
      if (fields.size() == most_offered) break;
      const bool ends = offered.ends != Steady::max();
      fields.push_back(field);
      arguments.push_back(field);
      arguments.push_back(offered.setting.text);
      arguments.push_back(ends ? std::to_string(std::chrono::ceil<milliseconds>(offered.ends - now).count())
                               : std::string());
    }
  }
  if (fields.empty()) return;
  offering_ = true;
  ScriptCall call{.script = &offer_script(),
                  .keys = {keys_.version, keys_.settings, keys_.denied},
                  .arguments = std::move(arguments)};
  call_script(*client_, std::move(call), options_.now() + options_.patience,
              [self = shared_from_this(), fields = std::move(fields)](const Reply& reply) {
                self->offering_ = false;
                self->offers_answered(fields, reply);
              });
}

void SharedSettings::offers_answered(const std::vector<std::string>& fields, const Reply& reply) {
  if (!reply) return;  // they are sent again after the next answer
  if (reply->get().type != Value::Type::integer || reply->get().integer != 0) {
    known_.say("of what was set at run time before the store was another one, something could not be written there");
  }
  {
    const std::scoped_lock lock(offers_mutex_);
    for (const std::string& field : fields) {
      const auto offered = offers_.find(field);
      if (offered == offers_.end()) continue;
      const OfferedSetting& setting = offered->second.setting;
      if (!setting.ttl) tell_package(setting.scope, setting.name, setting.text, Told::offered);
      offers_.erase(offered);
    }
  }
  send_offers();
}

SharedSettings::OffersByField::node_type SharedSettings::withdraw(std::string_view field) {
  const std::scoped_lock lock(offers_mutex_);
  const auto offered = offers_.find(field);
  return offered == offers_.end() ? OffersByField::node_type{} : offers_.extract(offered);
}

void SharedSettings::offer_again(OffersByField::node_type offered) {
  const Steady now = options_.now();
  if (offered.empty() || offered.mapped().ends <= now) return;
  const Offered& what = offered.mapped();
  const std::scoped_lock lock(offers_mutex_);
  const auto left = what.ends == Steady::max() ? std::nullopt : std::optional(what.ends - now);
  known_.assume(offered.key(), what.setting.text, left, now);
  offers_.insert(std::move(offered));
}

}  // namespace weir::store::redis
