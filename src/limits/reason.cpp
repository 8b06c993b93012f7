#include <weir/decision.hpp>

namespace weir {

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::ok:
      return "ok";
    case Reason::limited:
      return "limited";
    case Reason::denied:
      return "denied";
    case Reason::cost_above_limit:
      return "cost_above_limit";
    case Reason::cached:
      return "cached";
    case Reason::shadow:
      return "shadow";
    case Reason::store_timeout:
      return "store_timeout";
    case Reason::store_down:
      return "store_down";
    case Reason::id_conflict:
      return "id_conflict";
  }
  return "unknown";
}

}  // namespace weir
