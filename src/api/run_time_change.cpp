#include "api/run_time_change.hpp"

#include "api/call.hpp"
#include "api/problem.hpp"

#include <string>
#include <utility>

namespace weir::api {

Response change(const Service& service, std::string_view unfit, std::move_only_function<void(limiter::OnSet)> make) {
  return change_answer(limiter::set_and_wait(*service.store().impl().room, std::move(make)), unfit);
}

Response change_answer(const limiter::SetResult& result, std::string_view unfit) {
  if (result) return no_content();
  if (result.error().store_down) return store_is_down();
  return problem(422, std::string(unfit) + result.error().sentence + ".");
}

}  // namespace weir::api
