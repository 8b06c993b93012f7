// first_settings.hpp: a request that came before its store has said what is set at run time: whom entries without a
// limit deny, and at which rates. Nobody is let pass before that is known, but for want of time.
//
//   worker        ask -> over already? go on : park, the stream is held
//   any thread    the settings have come, or no time is left: a parked stream is woken
//   worker        goes on: what it asks of the store then has what is left of the same time
#pragma once

#include "gateway/unanswered.hpp"
#include "store/settings.hpp"

#include <functional>
#include <memory>
#include <mutex>

namespace weir::gateway {

class FirstSettings final : public Unanswered, public std::enable_shared_from_this<FirstSettings> {
 public:
  using Wake = std::move_only_function<void()>;

  // False also where the store could not say a moment ago: nobody waits for it twice.
  [[nodiscard]] static bool are_missing(const store::Settings* settings) {
    return settings != nullptr && !settings->known() && !settings->current();
  }
  [[nodiscard]] static std::shared_ptr<FirstSettings> ask(store::Settings& settings);

  [[nodiscard]] bool over() const;
  // `wake` is called once, on any thread, when it is over. False when it is already.
  [[nodiscard]] bool park(Wake wake);
  void leave();  // the stream is gone
  // What the request asks next: it expires with this, at once when this has.
  void then(const std::shared_ptr<Unanswered>& next);

  void expire() override;

 private:
  FirstSettings() = default;
  void end();

  mutable std::mutex mutex_;
  bool over_ = false;
  bool expired_ = false;
  Wake wake_;
  std::weak_ptr<Unanswered> next_;
};

}  // namespace weir::gateway
