#include "store/regions/asked.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::store {
namespace {

bool allowed(const Answer& answer) { return std::ranges::all_of(answer.verdicts, &Verdict::allowed); }

bool is_held(const Check& check) { return check.hold || check.space->rule().algorithm == Algorithm::concurrency; }

// Of regions that all failed, the one that says most: a timeout may have charged.
Status worse(Status one, Status other) {
  constexpr std::array order{Status::timeout, Status::full, Status::down};
  return *std::ranges::find_if(order, [&](Status status) { return status == one || status == other; });
}

std::shared_ptr<RegionsSettings> settings_of(const std::vector<std::shared_ptr<Region>>& regions) {
  std::vector<SettingsOfRegion> settings;
  for (const auto& region : regions) {
    settings.push_back({.settings = region->store().settings(), .presence = region->presence()});
    if (settings.back().settings == nullptr) return nullptr;
  }
  return std::make_shared<RegionsSettings>(std::move(settings));
}

}  // namespace

RegionsShared::RegionsShared(std::vector<std::shared_ptr<Region>> all)
    : regions(std::move(all)),
      holds(regions),
      settings(settings_of(regions)),
      keep_requests(std::ranges::all_of(regions, [](const auto& one) { return one->store().keeps_requests(); })) {}

Asked::Asked(std::shared_ptr<RegionsShared> shared, const Call& call, Done done)
    : shared_(std::move(shared)),
      id_(call.id),
      lease_(call.lease),
      once_(call.once),
      now_(call.now),
      done_(std::move(done)),
      left_(shared_->regions.size()),
      resets_(shared_->resets.load()) {
  if (shared_->keep_requests) meeting_.emplace(left_);
  items_.reserve(call.checks.size());
  for (const Check& check : call.checks) {
    const auto& space = static_cast<const RegionsSpace&>(*check.space);
    RequestName request = meeting_ ? shared_->names.draw() : nullptr;
    items_.push_back({space.shared_from_this(), OwnedKey(check.key), check.cost, is_held(check), std::move(request)});
    holds_ = holds_ || items_.back().hold;
  }
}

void Asked::ask_all() {
  if (holds_) {
    std::vector<HeldPart> parts;
    for (const Item& item : items_) {
      if (item.hold) parts.push_back({item.space, item.key, item.cost});
    }
    tracked_ = shared_->holds.asked(id_, std::move(parts), now_, lease_);
  }
  for (std::size_t region = 0; region < shared_->regions.size(); ++region) ask(region);
}

void Asked::ask(std::size_t region) {
  std::vector<Check> checks;
  checks.reserve(items_.size());
  for (const Item& item : items_) {
    checks.push_back({.space = item.space->in(region).space.get(),
                      .key = item.key.view(),
                      .cost = item.cost,
                      .hold = item.hold,
                      .request = item.request ? std::string_view(*item.request) : std::string_view()});
  }
  const Call call{.checks = checks, .now = now_, .id = id_, .lease = lease_, .once = once_};
  shared_->regions[region]->store().decide(
      call, [self = shared_from_this(), region](Answer answer) { self->answered(region, std::move(answer)); });
}

Asked::Stand Asked::stand_of(const Answer& answer) {
  switch (answer.status) {
    case Status::decided:
      return allowed(answer) ? Stand::charged : Stand::not_charged;
    case Status::repeated:
      return Stand::repeated;
    case Status::conflict:
      return Stand::not_charged;
    case Status::timeout:
    case Status::down:
    case Status::full:
      break;
  }
  return Stand::failed;
}

void Asked::answered(std::size_t region, Answer answer) {
  const Stand stand = stand_of(answer);
  if (answer.status == Status::timeout || answer.status == Status::down) shared_->regions[region]->failed();
  std::unique_lock lock(mutex_);
  if (meeting_) meeting_->heard(region, answer, shared_->regions[region]->lacks_a_reset(), shared_->names);
  const bool last = --left_ == 0;
  if (ruling_) {
    lock.unlock();
    if (last) part();
    return put_right(region, stand);
  }
  if (stand != Stand::failed) {
    ruling_ = stand == Stand::charged ? Ruling::allowed : stand == Stand::repeated ? Ruling::repeated : Ruling::refused;
    decided_by_ = region;
    auto failed_before = std::move(failed_);
    lock.unlock();
    return rule(region, std::move(answer), std::move(failed_before));
  }
  failed_.push_back(region);
  failure_ = worse(failure_, answer.status);
  if (!last) return;
  lock.unlock();
  if (tracked_) shared_->holds.forget(id_);
  done_({.status = failure_, .verdicts = {}});
}

void Asked::rule(std::size_t region, Answer answer, std::vector<std::size_t> failed_before) {
  const Stand stand = stand_of(answer);
  if (tracked_ && *ruling_ != Ruling::allowed) shared_->holds.forget(id_);
  done_(std::move(answer));
  if (failed_before.size() + 1 == shared_->regions.size()) part();
  put_right(region, stand);
  for (const std::size_t failed : failed_before) put_right(failed, Stand::failed);
}

void Asked::put_right(std::size_t region, Stand stand) {
  if (*ruling_ == Ruling::allowed) {
    const bool there = stand == Stand::charged || stand == Stand::repeated;
    if (!there) charge_there(region);
    // It may have done it all the same, or yet do it: then it holds what is charged already.
    if (holds_ && stand == Stand::failed) shared_->regions[region]->keep({.id = id_, .amounts = {0}, .since = now_});
    if (tracked_) shared_->holds.known(id_, region, there, now_);
  }
  if (*ruling_ == Ruling::refused && stand == Stand::charged) give_back_there(region);
  if (stand != Stand::failed) shared_->regions[region]->answered(now_);
  if (shared_->settings) shared_->settings->turn(now_);
}

void Asked::part() {
  if (!meeting_) return;
  const bool charged = *ruling_ == Ruling::allowed;
  // What was forgotten meanwhile is not brought back.
  const bool others_too = resets_ == shared_->resets.load();
  for (std::size_t at = 0; at < items_.size(); ++at) {
    const Item& item = items_[at];
    auto changes = meeting_->part(at, *item.request, decided_by_, charged, others_too);
    for (std::size_t region = 0; region < changes.size(); ++region) {
      Region& there = *shared_->regions[region];
      for (RequestChange& change : changes[region]) {
        RequestName own = change.request == *item.request ? item.request : nullptr;
        there.owe(item.space->in(region).space, item.key.view(), now_, std::move(change), std::move(own));
      }
    }
  }
  for (const auto& region : shared_->regions) {
    if (region->presence()->answers()) region->answered(now_);
  }
}

void Asked::charge_there(std::size_t region) {
  for (const Item& item : items_) {
    shared_->regions[region]->owe(item.space->in(region).book, item.key.view(), item.cost, now_);
  }
}

void Asked::give_back_there(std::size_t region) {
  for (const Item& item : items_) {
    if (item.hold) continue;
    shared_->regions[region]->owe(item.space->in(region).book, item.key.view(), -item.cost, now_);
  }
  if (holds_) shared_->regions[region]->keep(Settlement{.id = id_, .amounts = {0}, .since = now_});
}

}  // namespace weir::store
