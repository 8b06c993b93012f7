// extension_edge.hpp: the bootstrap extension's side of Envoy: what filters lack. All of it is the main thread's but
// for MainThreadWaker::wake. extension_edge.cpp exports the hooks.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weir::gateway {

// Calls the extension's on_woken on the main thread, from any thread.
class MainThreadWaker {
 public:
  explicit MainThreadWaker(void* scheduler) : scheduler_(scheduler) {}
  MainThreadWaker(const MainThreadWaker&) = delete;
  MainThreadWaker& operator=(const MainThreadWaker&) = delete;
  ~MainThreadWaker();
  void wake() noexcept;

 private:
  void* scheduler_;
};

// Calls the extension's on_timer once after each start.
class Timer {
 public:
  explicit Timer(void* timer) : timer_(timer) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();
  void start(std::chrono::milliseconds delay);  // anew when it was running

 private:
  void* timer_;
};

// Envoy, for an extension; not before on_server_initialized.
class ExtensionHost {
 public:
  explicit ExtensionHost(void* config) : config_(config) {}
  [[nodiscard]] std::unique_ptr<MainThreadWaker> waker() const;
  [[nodiscard]] std::unique_ptr<Timer> timer() const;
  // on_file_changed is called when the file is written or replaced. False: it can't be watched.
  [[nodiscard]] bool watch(const std::string& path) const;
  // on_admin_request answers for paths of Envoy's admin that start so. False: Envoy has no admin.
  bool serve_admin(std::string_view prefix, std::string_view help, bool changes_something) const;

 private:
  void* config_;
};

struct AdminAnswer {
  std::uint32_t status = 200;
  std::string text{};
};

class BootstrapExtension {
 public:
  virtual ~BootstrapExtension() = default;  // once the workers have ended
  virtual void on_server_initialized() {}
  virtual void on_woken() {}
  virtual void on_timer() {}
  virtual void on_file_changed() {}
  [[nodiscard]] virtual AdminAnswer on_admin_request(std::string_view method, std::string_view path) = 0;
};

// Throws std::exception with a sentence for the log when the configuration can't be used; Envoy then does not start.
[[nodiscard]] std::unique_ptr<BootstrapExtension> make_bootstrap_extension(std::string_view name,
                                                                           std::string_view config, ExtensionHost host);

}  // namespace weir::gateway
