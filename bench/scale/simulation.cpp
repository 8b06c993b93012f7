#include "simulation.hpp"

#include "calls.hpp"
#include "leases.hpp"
#include "outages.hpp"
#include "places.hpp"
#include "pool.hpp"
#include "queues.hpp"
#include "shards.hpp"
#include "tallies.hpp"
#include "wire.hpp"
#include "zipf.hpp"

#include <algorithm>
#include <vector>

namespace weir::scale {
namespace {

class Simulation {
 public:
  explicit Simulation(const Scenario& scenario)
      : scenario_(scenario),
        places_(scenario),
        random_(scenario.seed),
        zipf_(scenario.keys, scenario.skew),
        wire_(scenario, places_.servers()),
        shards_(scenario),
        queues_(scenario, places_.lanes()),
        outages_(scenario, places_.servers()),
        tallies_(scenario) {}

  Outcome run() {
    if (scenario_.shard_away.until > 0) events_.plan(scenario_.shard_away.until, Happens::failed_over, 0);
    const double apart = static_cast<double>(second) / scenario_.rate;
    double exactly = random_.exponential(apart);
    while (exactly < static_cast<double>(scenario_.length)) {
      const auto at = static_cast<Time>(exactly);
      while (events_.any_until(at)) happen(events_.next());
      arrive(at);
      exactly += random_.exponential(apart);
    }
    while (events_.any_until(scenario_.length + second)) happen(events_.next());
    return tallies_.outcome(shards_);
  }

 private:
  void arrive(Time now) {
    const std::uint64_t key = zipf_(random_);
    const std::uint32_t gateway = places_.gateway_for(key, random_);
    const Index decision = decisions_.add({.key = key, .began = now, .gateway = gateway});
    if (scenario_.remember_refusals) {
      const Time* until = refused_until_.find(Places::pair_of(key, gateway));
      if (until != nullptr && now < *until) return by_itself(decision, now, false);
    }
    if (!scenario_.leases || !from_lease(decision, now)) ask(decision, now);
  }

  void ask(Index decision, Time now) {
    const Decision asked = decisions_[decision];
    Call call{.kind = Kind::ask, .region = 0, .gateway = asked.gateway, .key = asked.key, .decision = decision};
    call.asked = now;
    if (scenario_.how != Regions::all) {
      decisions_[decision].open = 1;
      call.region = places_.asked_by(asked.gateway);
      enqueue(call, now);
    } else {
      decisions_[decision].open = scenario_.regions;
      for (call.region = 0; call.region < scenario_.regions; ++call.region) enqueue(call, now);
    }
  }

  void enqueue(const Call& asked, Time now) {
    const std::uint32_t server = places_.server_of(asked.region, asked.key);
    if (outages_.shall_try(asked.gateway, server, now)) {
      send_alone({.kind = Kind::probe, .region = asked.region, .gateway = asked.gateway, .key = asked.key}, now);
    }
    const Index call = calls_.add(asked);
    if (outages_.is_down(asked.gateway, server)) return failed(call, now);
    const Index store = places_.store_of(asked.gateway, asked.region);
    queues_.add(places_.lane_of(asked), store, call, calls_);
    send_ready(store, now);
  }

  void send_ready(Index store, Time now) {
    while (const auto lane = queues_.ready(store)) {
      const auto late = [&](Index call) { return calls_[call].asked + scenario_.timeout <= now; };
      for (Index call; (call = queues_.drop_late(*lane, calls_, late)) != none;) failed(call, now);
      if (queues_.is_empty(*lane)) continue;
      const auto taken = queues_.take(*lane, store, calls_, [&](Index call) { return calls_[call].key; });
      const Call& first = calls_[taken.first];
      send({taken.first, taken.costs, taken.keys, first.gateway, places_.server_of(first.region, first.key), *lane, now,
            first.asked + scenario_.timeout});
    }
  }
  void send_alone(const Call& call, Time now) {
    send({calls_.add(call), 1, 1, call.gateway, places_.server_of(call.region, call.key), none, now,
          now + scenario_.timeout});
  }
  void send(const Batch& batch) {
    const Time arrives = wire_.arrival(places_.ends_of(batch), false, batch.sent, random_);
    events_.plan(arrives, Happens::at_server, batches_.add(batch));
  }

  void happen(const Event& event) {
    switch (event.what) {
      case Happens::at_server:
        return at_server(event.which, event.time);
      case Happens::answered:
        return answered(event.which, event.time);
      case Happens::timed_out:
        return timed_out(event.which, event.time);
      case Happens::failed_over:
        return shards_.fail_over(event.time);
    }
  }

  void at_server(Index index, Time now) {
    const Batch& batch = batches_[index];
    const Time deadline = std::max(now, batch.deadline);
    const bool away = batch.server == 0 && scenario_.shard_away.holds(now);
    if (away || wire_.cut(places_.ends_of(batch), now)) return events_.plan(deadline, Happens::timed_out, index);
    const Time begins = shards_.begins(batch.server, now);
    std::uint32_t new_keys = 0;
    bool hot = false;
    for (Index at = batch.first; at != none; at = calls_[at].next) {
      Call& call = calls_[at];
      if (shards_.is_new(call.region, call.key, begins)) ++new_keys;
      shards_.decide(call, batch.server, begins, places_.limit());
      hot = hot || call.key == 1;
    }
    const Time done = shards_.done(batch.server, begins, batch.keys, new_keys, batch.costs);
    tallies_.sent(batch, hot, begins, shards_);
    const Time arrives = wire_.arrival(places_.ends_of(batch), true, done, random_);
    const bool late = arrives > deadline || wire_.cut(places_.ends_of(batch), done);
    events_.plan(late ? deadline : arrives, late ? Happens::timed_out : Happens::answered, index);
  }

  void answered(Index index, Time now) {
    const Batch batch = batches_[index];
    const Index store = places_.store_of(batch.gateway, batch.server / scenario_.shards);
    if (batch.lane != none) queues_.came_back(batch.lane, store);
    outages_.answered(batch.gateway, batch.server, now);
    for (Index at = batch.first; at != none;) {
      const Call call = calls_[at];
      calls_.drop(at);
      at = call.next;
      if (call.kind == Kind::ask) answer(call, now);
      if (call.kind == Kind::lease) lease_came(call, batch.sent, now);
      if (call.kind == Kind::probe) outages_.came_back(call.gateway, batch.server, now, shards_);
    }
    batches_.drop(index);
    send_ready(store, now);
  }

  // The first answer decides; a region that stands otherwise is put right.
  void answer(const Call& call, Time now) {
    const Decision& decision = decisions_[call.decision];
    if (!decision.made) {
      made(call.decision, now, call.decided_at, call.allowed);
    } else if (decision.allowed != call.allowed) {
      const Kind right = decision.allowed ? Kind::charge : Kind::refund;
      send_alone({.kind = right, .region = call.region, .gateway = call.gateway, .key = call.key}, now);
    }
    came_back(call.decision);
  }

  void timed_out(Index index, Time now) {
    const Batch batch = batches_[index];
    const Index store = places_.store_of(batch.gateway, batch.server / scenario_.shards);
    if (batch.lane != none) queues_.came_back(batch.lane, store);
    outages_.unanswered(batch.gateway, batch.server, now);
    for (Index at = batch.first; at != none;) {
      const Index next = calls_[at].next;
      failed(at, now);
      at = next;
    }
    batches_.drop(index);
    send_ready(store, now);
  }

  void failed(Index index, Time now) {
    const Call call = calls_[index];
    calls_.drop(index);
    if (call.kind == Kind::lease) return lease_failed(call, now);
    if (call.kind != Kind::ask) return;
    const Decision& decision = decisions_[call.decision];
    if (decision.open == 1 && !decision.made) return locally(call.decision, call.region, now);
    came_back(call.decision);
  }
  void locally(Index decision, std::uint32_t region, Time now) {
    const Decision& asked = decisions_[decision];
    by_itself(decision, now, outages_.grant(asked.gateway, places_.server_of(region, asked.key), asked.key, now));
  }

  void by_itself(Index index, Time now, bool allowed) {
    tallies_.made(decisions_[index], now, now, allowed, false);
    decisions_.drop(index);
  }
  void made(Index index, Time now, Time at, bool allowed) {
    Decision& decision = decisions_[index];
    decision.made = true;
    decision.allowed = allowed;
    tallies_.made(decision, at, now, allowed, true);
    if (!allowed && scenario_.remember_refusals) {
      refused_until_[Places::pair_of(decision.key, decision.gateway)] = std::min(places_.window_end(at), at + second);
    }
  }
  void came_back(Index index) {
    if (--decisions_[index].open == 0) decisions_.drop(index);
  }

  // ---- leases
  bool from_lease(Index index, Time now) {
    const Decision decision = decisions_[index];
    const std::uint64_t pair = Places::pair_of(decision.key, decision.gateway);
    bool& used_before = used_[pair];
    if (!used_before) {  // most of a billion keys are used once: they cost little memory here
      used_before = true;
      return false;
    }
    Lease& lease = leases_[pair];
    lease.note_use(now, scenario_.window);
    const bool spent = lease.spend(now);
    const bool waits = !spent && lease.asking;
    if (waits) lease.waiting.push_back(index);
    const std::int64_t share = lease.share(now, places_.limit(), scenario_.gateways);
    if (share != 0 && (!spent || 3 * lease.units < lease.granted)) {
      lease.asking = true;
      send_alone({.kind = Kind::lease,
                  .region = places_.asked_by(decision.gateway),
                  .gateway = decision.gateway,
                  .key = decision.key,
                  .decision = spent ? none : index,
                  .want = share},
                 now);
      if (!spent) {
        decisions_[index].open = 1;
        return true;
      }
    }
    if (spent) by_itself(index, now, true);
    return spent || waits;
  }

  void lease_came(const Call& call, Time asked, Time now) {
    Lease& lease = leases_[Places::pair_of(call.key, call.gateway)];
    lease.came(call.granted, asked, places_.window_end(call.decided_at) - call.decided_at, now, scenario_.window);
    lease.asking = false;
    if (call.decision != none) answer(call, now);
    serve_waiting(call, now);
  }
  void lease_failed(const Call& call, Time now) {
    Lease& lease = leases_[Places::pair_of(call.key, call.gateway)];
    lease.asking = false;
    lease.not_before = now + 100 * milli;
    if (call.decision != none) locally(call.decision, call.region, now);
    serve_waiting(call, now);
  }
  void serve_waiting(const Call& call, Time now) {
    Lease& lease = leases_[Places::pair_of(call.key, call.gateway)];
    std::vector<Index> waiting;
    waiting.swap(lease.waiting);
    for (const Index decision : waiting) {
      if (lease.spend(now)) {
        by_itself(decision, now, true);
      } else {
        ask(decision, now);
      }
    }
  }

  const Scenario& scenario_;
  Places places_;
  Random random_;
  Zipf zipf_;
  Events events_;
  Wire wire_;
  Shards shards_;
  Queues queues_;
  Outages outages_;
  Pool<Decision> decisions_;
  Pool<Call> calls_;
  Pool<Batch> batches_;
  Table<Time> refused_until_;
  Table<bool> used_;  // by pair
  Table<Lease> leases_;
  Tallies tallies_;
};

}  // namespace

Outcome simulate(Scenario scenario) {
  if (scenario.shards == 0) scenario.shards = shards_for(scenario);
  return Simulation(scenario).run();
}

}  // namespace weir::scale
