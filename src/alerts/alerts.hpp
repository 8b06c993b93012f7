// alerts.hpp: the alerts of a process' limits, in one state of the configuration. Never changes; a changed
// configuration is another one, which goes on with what the one before knows of keys.
#pragma once

#include "alerts/delivery.hpp"
#include "alerts/watch.hpp"
#include "store/once.hpp"

#include <weir/decision.hpp>
#include <weir/key.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::alerts {

// Of one limit.
class LimitAlerts {
 public:
  LimitAlerts(std::vector<Watch> watches, Delivery& delivery, std::shared_ptr<store::Once> once)
      : watches_(std::move(watches)), delivery_(delivery), once_(std::move(once)) {}

  // `key_json`: makes what stands for the key in a message, once something is crossed. From any thread.
  template <class KeyJson>
  void see(const Decision& decision, bool refused, Key key, Instant now, KeyJson key_json) const noexcept {
    for (const Watch& watch : watches_) {
      if (const auto crossing = watch.see(decision, refused, key, now)) {
        try {
          (void)delivery_.add(message_of(watch.shared_terms(), *crossing, key.text(), key_json()), once_);
        } catch (...) {  // no memory for it
        }
      }
    }
  }

  // One to each of its webhooks. How many found room.
  std::size_t send_samples(std::int64_t capacity, Instant now) const;

  [[nodiscard]] const std::vector<Watch>& watches() const { return watches_; }

 private:
  std::vector<Watch> watches_;  // at least one
  Delivery& delivery_;
  std::shared_ptr<store::Once> once_;  // none: this process is alone
};

class Alerts {
 public:
  Alerts() = default;
  // `delivery` outlives it; `before` may be null.
  Alerts(const std::vector<Terms>& terms, Delivery& delivery, const std::shared_ptr<store::Once>& once,
         const Alerts* before);

  // Null: the limit has none.
  [[nodiscard]] std::shared_ptr<const LimitAlerts> of(std::string_view limit) const;

 private:
  std::map<std::string, std::shared_ptr<const LimitAlerts>, std::less<>> limits_;
};

}  // namespace weir::alerts
