// weir.hpp: exact, fast rate limiting. Needs the standard library alone.
//
//   weir::Limiter limiter(weir::sliding_window(100, 1min));
//   if (weir::Decision d = limiter.limit("user:42"); !d) return too_many_requests(d.retry_after);
#pragma once

#include <weir/clock.hpp>
#include <weir/decision.hpp>
#include <weir/key.hpp>
#include <weir/limiter.hpp>
#include <weir/reservation.hpp>
#include <weir/rule.hpp>
#include <weir/store.hpp>
