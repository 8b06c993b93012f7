// make_store.hpp: the store that the settings name.
#pragma once

#include "config/config.hpp"

#include <weir/clock.hpp>
#include <weir/store.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace weir::gateway {

using Note = std::function<void(std::string_view sentence)>;
using StoreMaker = std::function<std::shared_ptr<Store>(const config::Store& settings, Clock* clock, const Note& note)>;

// Throws std::exception with a sentence, without secrets, that says what can't be used. Connects to nothing yet. `note`
// is told, on a thread of the store, when the store goes down and when it is back, once each.
[[nodiscard]] std::shared_ptr<Store> make_store(const config::Store& settings, Clock* clock, const Note& note);

// Whether a store made for one of them serves the other as well.
[[nodiscard]] bool same_store(const config::Store& one, const config::Store& other);

}  // namespace weir::gateway
