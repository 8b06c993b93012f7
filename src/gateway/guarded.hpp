// guarded.hpp: for the two edges: Envoy's text as views, and no exception out of a hook.
#pragma once

#include "gateway/edge.hpp"

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace weir::gateway {

inline abi::Buffer buffer(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view view(abi::Buffer buffer) {
  return buffer.data == nullptr ? std::string_view{} : std::string_view{buffer.data, buffer.size};
}

inline void log_failure(std::string_view doing, std::string_view what) noexcept {
  try {
    log(LogLevel::error, "weir: " + std::string(doing) + ": " + std::string(what));
  } catch (...) {
    log(LogLevel::error, what);
  }
}

// Runs `work`; an exception is logged and becomes `on_failure`.
template <class Result, class Work>
Result guarded(std::string_view doing, Result on_failure, Work&& work) noexcept {
  try {
    return std::forward<Work>(work)();
  } catch (const std::exception& error) {
    log_failure(doing, error.what());
  } catch (...) {
    log_failure(doing, "unknown error");
  }
  return on_failure;
}

// Returns whether it went well.
template <class Work>
bool guarded(std::string_view doing, Work&& work) noexcept {
  return guarded(doing, false, [&] {
    std::forward<Work>(work)();
    return true;
  });
}

template <class Type>
const Type* from_envoy(const void* pointer) {
  return static_cast<const Type*>(pointer);
}

// Envoy hands the module's own objects back as const.
template <class Type>
Type& own(const void* pointer) {
  return *static_cast<Type*>(const_cast<void*>(pointer));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

}  // namespace weir::gateway
