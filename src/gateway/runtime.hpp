// runtime.hpp: the limits of this process: one set of limiters over one store, made from the settings, shared by every
// worker. Envoy's bootstrap extension owns it; filters find it by Runtime::current().
//
// A Runtime never changes. Changed settings make another one out of the one before: metrics and deny list stay, the
// store unless it is another one, and so does what was set at run time. A request that began under the old one ends
// under it.
#pragma once

#include "alerts/alerts.hpp"
#include "analytics/recorder.hpp"
#include "analytics/sharing.hpp"
#include "api/metrics.hpp"
#include "api/service.hpp"
#include "gateway/access_log.hpp"
#include "gateway/answer_threads.hpp"
#include "gateway/due_queue.hpp"
#include "gateway/held_leases.hpp"
#include "gateway/lambda/functions.hpp"
#include "gateway/make_store.hpp"
#include "gateway/route_limits.hpp"
#include "gateway/settings.hpp"
#include "gateway/unanswered.hpp"
#include "gateway/wait_queue.hpp"
#include "limiter/deny_list.hpp"
#include "usage/price/by_model.hpp"
#include "usage/price/charge.hpp"

#include <weir/clock.hpp>
#include <weir/limiter.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weir::gateway {

// What outlives a change of the settings; of a process there is one.
struct Lasting {
  Lasting(Clock* clock, Note its_note, StoreMaker make)
      : note(std::move(its_note)),
        make_store(std::move(make)),
        leases(HeldLeases::make(clock)),
        alerts(note),
        access_log(metrics.access_log_dropped, note) {}

  const Note note;  // a sentence for the log of the process
  const StoreMaker make_store;

  api::Metrics metrics;
  Functions functions;
  analytics::Recorder recorder;
  limiter::DenyList deny_list;
  WaitQueue waiting;
  DueQueue<std::weak_ptr<Unanswered>> unanswered;  // by when a store should have answered, and a little more
  const std::shared_ptr<HeldLeases> leases;        // in a store that answers later
  AnswerThreads answering;                         // the admin API, while a store that answers later has not
  alerts::Delivery alerts;
  AccessLog access_log;
  std::atomic<bool> ending{false};  // the process is about to end: answers without an end do so now
};

class Runtime final : public api::Service {
 public:
  // Throws std::exception with a sentence that says what can't be used. `clock`, when given, must outlive it; `note`
  // is told what is wrong with the access log and the store, on threads of theirs.
  explicit Runtime(Settings settings, Clock* clock = nullptr, Note note = {}, StoreMaker make = make_store);
  // The successor of `before`. A limit whose rule and lists are unchanged keeps its very Limiter; a changed one takes
  // over rates and deny entries set at run time, and its counters while prefix, algorithm, period and anchor are the
  // same. Throws like the other; `before` then stays as it is.
  Runtime(Settings settings, const Runtime& before);

  // Of a route that Envoy reads: throws when a name is unknown, or there are more limits than one decision takes.
  [[nodiscard]] RouteLimits limits_of(const RouteSettings& route) const;
  // The same of a route that was read under an earlier Runtime: names that are unknown now are left out.
  [[nodiscard]] RouteLimits known_limits_of(const RouteSettings& route) const;

  [[nodiscard]] const config::Responses& responses() const { return settings_.responses; }
  [[nodiscard]] const Settings& settings() const { return settings_; }  // without its limits
  // Request headers that carry claims of JSON web tokens to this module, and no further.
  [[nodiscard]] const std::vector<std::string>& claim_headers() const { return claim_headers_; }
  [[nodiscard]] const std::shared_ptr<Lasting>& lasting() const { return lasting_; }
  // What a reader of the log should know of the change that made this one: sentences.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  // api::Service
  [[nodiscard]] std::optional<api::NamedLimit> find(std::string_view name) const override;
  [[nodiscard]] std::vector<api::NamedLimit> limits() const override;
  [[nodiscard]] limiter::DenyList& deny_list() const override { return lasting_->deny_list; }
  [[nodiscard]] Store& store() const override { return *store_; }
  [[nodiscard]] bool store_up() const override { return store_->health().up; }
  [[nodiscard]] std::uint64_t holds_lost() const override { return lasting_->leases->lost(); }
  // False: only Asking may ask on a worker.
  [[nodiscard]] bool answers_at_once() const { return answers_at_once_; }
  // What is set at run time in the store; null where that is kept in this process.
  [[nodiscard]] store::Settings* shared_settings() const { return shared_settings_.get(); }
  // Of what is recorded; null where it stays in this process.
  [[nodiscard]] analytics::Sharing* sharing() const { return sharing_.get(); }
  [[nodiscard]] api::Histogram& decision_seconds() const { return metrics().decision_seconds_of(answers_at_once_); }
  [[nodiscard]] config::Store::OnError on_error() const override { return settings_.store.on_error; }
  [[nodiscard]] api::Metrics& metrics() const override { return lasting_->metrics; }
  [[nodiscard]] analytics::Recorder* analytics() const override { return &lasting_->recorder; }
  [[nodiscard]] const alerts::Delivery* alerts() const override { return &lasting_->alerts; }
  [[nodiscard]] const usage::ByModel<usage::Rates>& prices() const { return prices_; }
  [[nodiscard]] Clock* clock() const { return clock_; }  // null: the system's
  [[nodiscard]] Instant now() const override { return clock_ == nullptr ? system_time() : clock_->now(); }

  // Of this process each has another one, above 0.
  [[nodiscard]] std::uint64_t serial() const { return serial_; }

  // The process's own, from any thread; null before one is installed. One load while nothing changes; what it refers
  // to may be another one at the thread's next call, so copy the pointer to keep it.
  [[nodiscard]] static const std::shared_ptr<Runtime>& current();
  // A number that every install changes; 0 before the first.
  [[nodiscard]] static std::uint64_t version() noexcept;
  static void install(std::shared_ptr<Runtime> runtime);

 private:
  void use_store(std::shared_ptr<Store> store);
  void add_limits(const Runtime* before);
  void record_as_configured(const Runtime* before);
  [[nodiscard]] const EnforcedLimit* enforced(std::string_view name) const;
  [[nodiscard]] RouteLimits limits_of(const RouteSettings& route, bool unknown_is_wrong) const;

  std::uint64_t serial_;
  Clock* clock_;
  Settings settings_;
  std::shared_ptr<Lasting> lasting_;
  std::shared_ptr<Store> store_;
  std::shared_ptr<store::Settings> shared_settings_;
  std::shared_ptr<analytics::Sharing> sharing_;
  alerts::Alerts alerts_;
  bool answers_at_once_ = true;
  std::vector<std::shared_ptr<const EnforcedLimit>> limits_;
  std::unordered_map<std::string_view, std::shared_ptr<const EnforcedLimit>> by_name_;
  std::vector<std::string> claim_headers_;
  usage::ByModel<usage::Rates> prices_;
  std::vector<std::string> notes_;
};

}  // namespace weir::gateway
