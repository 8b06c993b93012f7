#include "gateway/extension_edge.hpp"

#include "gateway/guarded.hpp"

#include <algorithm>

namespace weir::gateway {

MainThreadWaker::~MainThreadWaker() {
  abi::envoy_dynamic_module_callback_bootstrap_extension_config_scheduler_delete(scheduler_);
}
void MainThreadWaker::wake() noexcept {
  abi::envoy_dynamic_module_callback_bootstrap_extension_config_scheduler_commit(scheduler_, 0);
}

Timer::~Timer() { abi::envoy_dynamic_module_callback_bootstrap_extension_timer_delete(timer_); }
void Timer::start(std::chrono::milliseconds delay) {
  const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(0, delay.count()));
  abi::envoy_dynamic_module_callback_bootstrap_extension_timer_enable(timer_, count);
}

std::unique_ptr<MainThreadWaker> ExtensionHost::waker() const {
  return std::make_unique<MainThreadWaker>(
      abi::envoy_dynamic_module_callback_bootstrap_extension_config_scheduler_new(config_));
}
std::unique_ptr<Timer> ExtensionHost::timer() const {
  return std::make_unique<Timer>(abi::envoy_dynamic_module_callback_bootstrap_extension_timer_new(config_));
}
bool ExtensionHost::watch(const std::string& path) const {
  constexpr std::uint32_t replaced_or_modified = 1 | 2;
  return abi::envoy_dynamic_module_callback_bootstrap_extension_file_watcher_add_watch(config_, buffer(path),
                                                                                       replaced_or_modified);
}
bool ExtensionHost::serve_admin(std::string_view prefix, std::string_view help, bool changes_something) const {
  return abi::envoy_dynamic_module_callback_bootstrap_extension_register_admin_handler(
      config_, buffer(prefix), buffer(help), false, changes_something);
}

}  // namespace weir::gateway

using namespace weir::gateway;  // NOLINT(google-build-using-namespace): what follows is Envoy's namespace

WEIR_ENVOY_HOOK const void* envoy_dynamic_module_on_bootstrap_extension_config_new(void* in_envoy, abi::Buffer name,
                                                                                   abi::Buffer config) {
  return guarded("bootstrap extension", static_cast<BootstrapExtension*>(nullptr), [&] {
    auto extension = make_bootstrap_extension(view(name), view(config), ExtensionHost(in_envoy));
    abi::envoy_dynamic_module_callback_bootstrap_extension_config_signal_init_complete(in_envoy);
    return extension.release();
  });
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_config_destroy(const void* extension) {
  delete from_envoy<BootstrapExtension>(extension);
}
// Envoy makes one extension of a configuration: it is the configuration itself.
WEIR_ENVOY_HOOK const void* envoy_dynamic_module_on_bootstrap_extension_new(const void* config, void*) {
  return config;
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_destroy(const void*) {}

WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_server_initialized(void*, const void* extension) {
  guarded("server start", [&] { own<BootstrapExtension>(extension).on_server_initialized(); });
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_shutdown(void*, const void*, void (*done)(void*),
                                                                          void* context) {
  done(context);
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_config_scheduled(void*, const void* extension,
                                                                                  std::uint64_t) {
  guarded("wake-up", [&] { own<BootstrapExtension>(extension).on_woken(); });
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_timer_fired(void*, const void* extension, void*) {
  guarded("timer", [&] { own<BootstrapExtension>(extension).on_timer(); });
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_file_changed(void*, const void* extension, abi::Buffer,
                                                                              std::uint32_t) {
  guarded("changed file", [&] { own<BootstrapExtension>(extension).on_file_changed(); });
}
WEIR_ENVOY_HOOK std::uint32_t envoy_dynamic_module_on_bootstrap_extension_admin_request(void* in_envoy,
                                                                                        const void* extension,
                                                                                        abi::Buffer method,
                                                                                        abi::Buffer path, abi::Buffer) {
  return guarded("admin request", std::uint32_t{500}, [&] {
    const AdminAnswer answer = own<BootstrapExtension>(extension).on_admin_request(view(method), view(path));
    abi::envoy_dynamic_module_callback_bootstrap_extension_admin_set_response(in_envoy, buffer(answer.text));
    return answer.status;
  });
}

// Envoy refuses a module without these.
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_worker_thread_initialized(void*, const void*) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_drain_started(void*, const void*) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_http_callout_done(void*, const void*, std::uint64_t,
                                                                                   std::uint32_t, abi::Header*,
                                                                                   std::size_t, abi::Buffer*,
                                                                                   std::size_t) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_cluster_add_or_update(void*, const void*,
                                                                                       abi::Buffer) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_cluster_removal(void*, const void*, abi::Buffer) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_listener_add_or_update(void*, const void*,
                                                                                        abi::Buffer) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_listener_removal(void*, const void*, abi::Buffer) {}
