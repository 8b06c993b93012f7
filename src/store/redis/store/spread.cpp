#include "store/redis/store/spread.hpp"

#include "store/redis/resp/command.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <utility>

namespace weir::store::redis {
namespace {

// Of one attempt at a call: no other process or call has it.
std::string name_of_attempt() {
  static const std::string process = [] {
    std::random_device device;
    std::string id = "~";
    for (int i = 0; i < 4; ++i) id += std::to_string(device()) + "-";
    return id;
  }();
  static std::atomic<std::uint64_t> last{0};
  return process + std::to_string(++last);
}

const RedisSpace& space_of(const Check& check) { return static_cast<const RedisSpace&>(*check.space); }

}  // namespace

Spread::Spread(StoreCore& core, OwnedCall call, Deadline deadline, OnAnswer done)
    : core_(core), owned_(std::move(call)), call_(owned_.view()), deadline_(deadline), done_(std::move(done)) {
  const bool held = std::ranges::any_of(call_.checks, &Check::hold);
  own_id_ = call_.id.empty();
  attempt_ = name_of_attempt();
  id_ = own_id_ ? attempt_ : std::string(call_.id);
  refunds_id_ = id_ + "~refunds";
  // Long enough for giving back, when an answer is lost; then it stays spent.
  lease_ = held ? call_.lease : 2 * core.options().timeout + std::chrono::seconds(1);
  answer_.verdicts.resize(call_.checks.size());
  divide();
}

void Spread::divide() {
  for (std::size_t i = 0; i < call_.checks.size(); ++i) {
    const Check& check = call_.checks[i];
    std::string tag = core_.layout().tag(space_of(check), check.key, call_.now);
    const Slot slot = slot_of(tag);
    const bool refunds = check.cost < 0;
    auto piece = std::ranges::find_if(
        pieces_, [&](const Piece& known) { return known.slot == slot && known.refunds == refunds; });
    if (piece == pieces_.end()) piece = pieces_.insert(piece, {slot, std::move(tag), {}, refunds});
    piece->checks.push_back(i);
  }
  std::ranges::sort(pieces_, {}, [](const Piece& piece) { return std::pair(piece.refunds, piece.slot); });
}

// What is charged over several slots is held, so that it can be given back; one script charges or refuses for good.
bool Spread::is_held(const Check& check) const { return check.hold || (pieces_.size() > 1 && check.cost > 0); }

std::vector<Part> Spread::parts() const {
  std::vector<std::int64_t> numbers;  // of the caller's amounts, by check
  std::int64_t held = 0;
  for (const Check& check : call_.checks) numbers.push_back(check.hold ? held++ : 0);
  std::vector<Part> all;
  for (const Piece& piece : pieces_) {
    if (piece.refunds) continue;
    Part& part = all.emplace_back(Part{.tag = piece.tag});
    for (const std::size_t check : piece.checks) {
      const bool by_caller = call_.checks[check].hold;
      if (!is_held(call_.checks[check])) continue;
      part.held.push_back({by_caller, by_caller ? numbers[check] : call_.checks[check].cost});
    }
  }
  return all;
}

void Spread::start() {
  if (pieces_.empty()) return finish(Status::decided);
  if (own_id_) return next();
  core_.call(write_parts(core_.options().name_space, id_, parts_text(parts()), lease_), deadline_, 1,
             [self = shared_from_this()](const StoreCore::Said& said) {
               if (!said) return self->finish(said.error());
               const Value& value = said->get();
               if (value.type != Value::Type::integer) {
                 self->core_.failed(StoreError::protocol, 1);
                 return self->finish(Status::down);
               }
               if (value.integer == 0) return self->finish(Status::conflict);
               self->next();
             });
}

Call Spread::call_of(const Piece& piece, bool look) const {
  Call call = call_;
  call.checks = checks_;
  if (look) {
    call.id = {};
    call.lease = Nanos(0);
    call.once = false;
    return call;
  }
  if (pieces_.size() == 1) return call;
  if (piece.refunds) {
    call.id = own_id_ ? std::string_view{} : std::string_view(refunds_id_);
    call.lease = Nanos(0);
  } else {
    call.id = id_;
    call.lease = lease_;
    call.once = own_id_ || call_.once;
    call.attempt = attempt_;
    if (own_id_) call.memory = Nanos(0);
  }
  return call;
}

void Spread::next() {
  while (at_ < pieces_.size() && refused_ && pieces_[at_].refunds) {
    for (const std::size_t check : pieces_[at_].checks)
      answer_.verdicts[check] = {.limit = space_of(call_.checks[check]).rule().count};
    ++at_;
  }
  if (at_ == pieces_.size()) return finish(all_repeated_ ? Status::repeated : Status::decided);
  send(pieces_[at_], refused_);
}

void Spread::send(Piece& piece, bool look) {
  checks_.clear();
  for (const std::size_t check : piece.checks) {
    Check one = call_.checks[check];
    one.hold = !look && is_held(one);
    checks_.push_back(one);
  }
  const Call call = call_of(piece, look);
  const std::string_view tag = call.id.empty() ? std::string_view{} : std::string_view(piece.tag);
  core_.call(look ? core_.layout().look(call) : core_.layout().joint(call, tag), deadline_, 1,
             [self = shared_from_this(), &piece, look, call](const StoreCore::Said& said) {
               self->came(piece, look, call, said);
             });
}

void Spread::came(Piece& piece, bool look, const Call& call, const StoreCore::Said& said) {
  if (!said) {
    piece.charged = !look && !piece.refunds && core_.layout().holds();  // for all we know; a refund might be too much
    return stop(said.error());
  }
  const Layout& layout = core_.layout();
  const auto answer = look ? layout.read_look(call, said->get()) : layout.read_joint(call, said->get());
  const bool decided = answer && (answer->status == Status::decided || answer->status == Status::repeated);
  if (!answer || (decided && answer->verdicts.size() != call.checks.size())) {
    core_.failed(StoreError::protocol, 1);
    piece.charged = !look && !piece.refunds && core_.layout().holds();
    return stop(Status::down);
  }
  if (!decided) return stop(answer->status);
  if (answer->status == Status::decided && !look) all_repeated_ = false;
  for (std::size_t i = 0; i < piece.checks.size(); ++i) answer_.verdicts[piece.checks[i]] = answer->verdicts[i];
  const bool passed = std::ranges::all_of(answer->verdicts, &Verdict::allowed);
  if (!look && passed) piece.charged = !piece.refunds;
  if (!look && !passed && !refused_) {
    refused_ = true;
    all_repeated_ = answer->status == Status::repeated;
    give_back();
  }
  ++at_;
  next();
}

void Spread::give_back() {
  if (pieces_.size() == 1) return;  // one script gives nothing that it refuses
  for (Piece& piece : pieces_) {
    if (std::exchange(piece.charged, false)) undo(piece);
  }
}

// Nobody waits for it: the next command to the same slot comes after it.
void Spread::undo(const Piece& piece) {
  std::vector<Check> refunds;
  for (const std::size_t check : piece.checks) {
    Verdict& verdict = answer_.verdicts[check];
    verdict.remaining = std::min(verdict.limit, verdict.remaining + call_.checks[check].cost);
    refunds.push_back(call_.checks[check]);
    refunds.back().cost = -refunds.back().cost;
  }
  const Layout& layout = core_.layout();
  ScriptCall script =
      layout.holds() ? layout.undo(id_, piece.tag, attempt_) : layout.joint({.checks = refunds, .now = call_.now}, {});
  const Deadline deadline = core_.options().now() + core_.options().timeout;
  core_.call_at_once(std::move(script), deadline, [](const StoreCore::Said&) {});
}

void Spread::stop(Status status) {
  give_back();
  finish(status);
}

void Spread::finish(Status status) {
  if (status != Status::decided && status != Status::repeated) answer_.verdicts.clear();
  answer_.status = status;
  done_(std::move(answer_));
}

Operation spread_operation(OwnedCall call, Deadline deadline, OnAnswer done) {
  return [call = std::move(call), deadline, done = std::move(done)](StoreCore* core) mutable {
    std::make_shared<Spread>(*core, std::move(call), deadline, std::move(done))->start();
  };
}

}  // namespace weir::store::redis
