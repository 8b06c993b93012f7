#include "gateway/extension.hpp"

#include "gateway/edge.hpp"
#include "gateway/live_runtime.hpp"
#include "gateway/settings_source.hpp"
#include "limiter/pay_back.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace weir::gateway {

namespace {

constexpr std::string_view status_path = "/weir/status";
constexpr std::string_view refused_path = "/weir/refused";
constexpr std::string_view ending_path = "/weir/ending";

// How often the store may be asked what was set elsewhere, also while nobody decides; it asks once a second at most.
constexpr std::chrono::milliseconds settings_asked_for{500};

// How often what the workers recorded is put together; queries see it at once.
constexpr std::chrono::seconds recorded_collected_after{1};

// How often it is written where other gateways read it, who should see it within 5 s.
constexpr std::chrono::seconds recorded_shared_after{2};

// What is counted and not shared yet delays the end of this process by so much.
constexpr std::chrono::seconds longest_flush{1};

// What the store is still owed delays the end of this process by so much.
constexpr std::chrono::seconds longest_pay_back{1};

void note(std::string_view sentence) { log(LogLevel::warn, "weir: " + std::string(sentence)); }

std::string first_settings(const SettingsSource& source) {
  if (source.file.empty()) return source.in_place;
  auto text = read_settings_file(source.file);
  if (!text) throw std::runtime_error(text.error());
  return *std::move(text);
}

class WeirExtension final : public BootstrapExtension {
 public:
  WeirExtension(SettingsSource source, ExtensionHost host)
      : source_(std::move(source)), host_(host), runtime_(first_settings(source_), note) {}
  WeirExtension(const WeirExtension&) = delete;
  WeirExtension& operator=(const WeirExtension&) = delete;
  ~WeirExtension() override {
    lasting().waiting.set_alarm({});
    lasting().unanswered.set_alarm({});
    lasting().leases->set_alarm({});
    lasting().answering.stop();
    lasting().alerts.stop();
    lasting().access_log.stop();  // now that the workers are gone, and with them the last streams
    flush_analytics();
    pay_back();
  }

  void on_server_initialized() override {
    timer_ = host_.timer();
    const auto alarm = [waker = std::shared_ptr<MainThreadWaker>(host_.waker())] { waker->wake(); };
    lasting().waiting.set_alarm(alarm);
    lasting().unanswered.set_alarm(alarm);
    lasting().leases->set_alarm(alarm);
    lasting().access_log.configure(runtime_.runtime().settings().access_log);
    host_.serve_admin(status_path, "weir: the settings in force", false);
    host_.serve_admin(ending_path, "weir: end what has no end of its own", true);
    host_.serve_admin(refused_path, "weir: count a refused configuration", true);
    do_what_is_due();
    if (source_.file.empty()) return;
    if (!host_.watch(source_.file)) note(source_.file + " can't be watched: its changes take effect at the next start");
    on_file_changed();  // it may have changed before it was watched
  }

  void on_file_changed() override {
    runtime_.offer(read_settings_file(source_.file));
    lasting().access_log.configure(runtime_.runtime().settings().access_log);
    do_what_is_due();  // the store may be another one
  }

  void on_woken() override { do_what_is_due(); }
  void on_timer() override { do_what_is_due(); }

  [[nodiscard]] AdminAnswer on_admin_request(std::string_view method, std::string_view path) override {
    path = path.substr(0, path.find('?'));
    if (path == status_path) return {.status = 200, .text = runtime_.status()};
    if (path == ending_path && method == "POST") {
      lasting().ending = true;
      return {.status = 200, .text = "ending\n"};
    }
    if (path != refused_path) return {.status = 404, .text = "unknown\n"};
    if (method != "POST") return {.status = 405, .text = "POST\n"};
    runtime_.count_refused();
    return {.status = 200, .text = "counted\n"};
  }

 private:
  // What was counted in the last second, other gateways have not seen yet.
  void flush_analytics() noexcept {
    analytics::Recorder& recorder = lasting().recorder;
    try {
      analytics::Sharing* const sharing = runtime_.runtime().sharing();
      if (sharing != nullptr && !sharing->flush_all(runtime_.runtime().now(), longest_flush)) {
        note("what was counted for analytics could not be written to Redis before the end");
      }
    } catch (...) {  // no memory: the end comes all the same
      log(LogLevel::warn, "weir: what was counted for analytics was not written to Redis");
    }
    recorder.share(nullptr);
  }

  // What was granted while Redis was away goes with this process.
  void pay_back() {
    const limiter::StillOwed owed = limiter::pay_back(runtime_.runtime().store().impl(), longest_pay_back);
    if (owed.keys + owed.settlements == 0) return;
    note("what was granted while Redis was away could not be charged there before the end: units of " +
         std::to_string(owed.keys) + " keys, " + std::to_string(owed.settlements) + " settlements of reservations");
  }

  [[nodiscard]] Lasting& lasting() const { return *runtime_.runtime().lasting(); }

  void do_what_is_due() {
    const Instant now = runtime_.runtime().now();
    Instant next = Instant::max();
    const auto sooner = [&](std::optional<Instant> due) { next = std::min(next, due.value_or(next)); };
    sooner(lasting().waiting.wake_due(now));
    sooner(lasting().leases->step(now));
    sooner(lasting().unanswered.each_due(now, [](const std::weak_ptr<Unanswered>& one) {
      if (const auto late = one.lock()) late->expire();
    }));
    if (lasting().recorder.is_on()) {
      analytics::Sharing* const sharing = runtime_.runtime().sharing();
      if (sharing != nullptr && (now >= shared_next_ || now < shared_next_ - recorded_shared_after)) {
        sharing->flush(now);
        shared_next_ = now + recorded_shared_after;
      } else {
        lasting().recorder.collect(now);
      }
      sooner(now + recorded_collected_after);
    }
    if (store::Settings* const settings = runtime_.runtime().shared_settings()) {
      settings->poll();
      sooner(now + settings_asked_for);
    }
    if (next == Instant::max()) return;
    timer_->start(std::max(std::chrono::ceil<std::chrono::milliseconds>(next - now), std::chrono::milliseconds(0)));
  }

  SettingsSource source_;
  ExtensionHost host_;
  LiveRuntime runtime_;
  std::unique_ptr<Timer> timer_;
  Instant shared_next_{};
};

}  // namespace

std::unique_ptr<BootstrapExtension> make_weir_extension(std::string_view config, ExtensionHost host) {
  return std::make_unique<WeirExtension>(settings_source(config), host);
}

}  // namespace weir::gateway
