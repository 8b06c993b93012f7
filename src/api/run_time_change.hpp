// run_time_change.hpp: how a change at run time is answered: 204 when it acts, 422 when it can't be, 503 when the store
// that keeps it does not answer.
#pragma once

#include "api/request.hpp"
#include "api/service.hpp"
#include "limiter/run_time_settings.hpp"

#include <functional>
#include <string_view>

namespace weir::api {

// `unfit` starts the sentence of a 422. Waits for the store.
[[nodiscard]] Response change(const Service& service, std::string_view unfit,
                              std::move_only_function<void(limiter::OnSet)> make);
[[nodiscard]] Response change_answer(const limiter::SetResult& result, std::string_view unfit);

}  // namespace weir::api
