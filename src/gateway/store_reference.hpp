// store_reference.hpp: the URLs of a Redis store on their way into the module, without their passwords: those are in no
// file and no output, but in the environment of Envoy.
//
// `${VAR}`s of weir.yaml stay as they are written. A password that is written in weir.yaml itself becomes
// `${WEIR_STORE_PASSWORD_xxxxxxxx}`, named after the beginning of its SHA-256: another password is another variable.
#pragma once

#include "config/config.hpp"
#include "config/parse.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::gateway {

inline constexpr std::string_view password_variable = "WEIR_STORE_PASSWORD_";

[[nodiscard]] std::string store_reference(const config::Secret& url);

// What the environment must hold for passwords that are written in weir.yaml itself: names and values.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> store_passwords(const config::Store& store);

// The store's URLs as the module gets them.
[[nodiscard]] std::vector<std::string> store_urls_written(const config::Store& store);

// Whether both stand for the very same counters, as far as their URLs say.
[[nodiscard]] bool same_counters(const config::Store& one, const config::Store& other);

// Fills the URLs' values from what is written. Throws std::exception with a sentence, without secrets, when a variable
// is missing or a URL can't be used.
void resolve_store(config::Store& store, const config::Environment& environment);

}  // namespace weir::gateway
