#include "api/alerted.hpp"

#include "alerts/alerts.hpp"
#include "api/key_json.hpp"

namespace weir::api {

void see(const alerts::LimitAlerts* alerts, const Decision& decision, Outcome outcome, Key key, std::size_t parts,
         Instant now) noexcept {
  if (alerts == nullptr) return;
  const bool refused = outcome == Outcome::limited || outcome == Outcome::shadow;
  alerts->see(decision, refused, key, now, [&] {
    std::string text;
    append_key(text, std::string(key.text()), parts > 1);
    return text;
  });
}

}  // namespace weir::api
