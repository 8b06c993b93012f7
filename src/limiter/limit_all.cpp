// limit_all.cpp: one decision over several limits.
#include "limiter/checks.hpp"
#include "limiter/decide_now.hpp"
#include "limiter/remote_joint.hpp"

#include <weir/limiter.hpp>

#include <stdexcept>

namespace weir {
namespace {

AllOutcome take_decisions(std::span<limiter::Item> items, std::span<Decision> decisions, const AllOutcome& outcome) {
  for (std::size_t i = 0; i < items.size(); ++i) decisions[i] = items[i].decision;
  return outcome;
}

}  // namespace

AllOutcome limit_all(std::span<const Check> checks, std::span<Decision> decisions, std::string_view id) {
  if (decisions.size() != checks.size()) throw std::length_error("limit_all needs one decision a check");
  limiter::require_limitable(checks, id);
  const limiter::Terms terms{.id = id};
  if (limiter::all_in_memory(checks)) {
    limiter::Items items = limiter::items_of(checks);
    limiter::Joint joint(items, terms);
    return take_decisions(items, decisions, limiter::decide_now(joint));
  }
  const auto remote = limiter::RemoteJoint::make(checks, terms);
  limiter::decide_and_wait(*remote);
  return take_decisions(remote->joint().items(), decisions, remote->joint().outcome());
}

AllDecision limit_all(std::span<const Check> checks, std::string_view id) {
  AllDecision all;
  all.decisions.resize(checks.size());
  static_cast<AllOutcome&>(all) = limit_all(checks, all.decisions, id);
  return all;
}

}  // namespace weir
