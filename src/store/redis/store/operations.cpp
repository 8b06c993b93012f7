#include "store/redis/store/operations.hpp"

#include "store/redis/store/store_core.hpp"

#include <expected>
#include <utility>

namespace weir::store::redis {
namespace {

Settled settled_of(StoreCore& core, const StoreCore::Said& said) {
  if (!said) return std::unexpected(SettleError::down);
  const auto settled = core.layout().read_settled(said->get());
  if (settled) return *settled;
  core.failed(StoreError::protocol, 1);
  return std::unexpected(SettleError::down);
}

void ask(StoreCore& core, ScriptCall script, Deadline deadline, OnSettled done) {
  core.call(std::move(script), deadline, 1,
            [&core, done = std::move(done)](const StoreCore::Said& said) mutable { done(settled_of(core, said)); });
}

}  // namespace

Operation joint_operation(OwnedCall call, Deadline deadline, OnAnswer done) {
  return [call = std::move(call), deadline, done = std::move(done)](StoreCore* core) mutable {
    ScriptCall script = core->layout().joint(call.view(), {});
    core->call(std::move(script), deadline, 1,
               [core, call = std::move(call), done = std::move(done)](const StoreCore::Said& said) mutable {
                 if (!said) return done({.status = said.error(), .verdicts = {}});
                 auto answer = core->layout().read_joint(call.view(), said->get());
                 if (answer) return done(*std::move(answer));
                 core->failed(StoreError::protocol, 1);
                 done({.status = Status::down, .verdicts = {}});
               });
  };
}

Operation settle_operation(std::string id, std::vector<std::int64_t> amounts, Deadline deadline, OnSettled done) {
  return [id = std::move(id), amounts = std::move(amounts), deadline, done = std::move(done)](StoreCore* core) mutable {
    ask(*core, core->layout().settle(id, {}, amounts), deadline, std::move(done));
  };
}

Operation renew_operation(std::string id, Nanos lease, Deadline deadline, OnSettled done) {
  return [id = std::move(id), lease, deadline, done = std::move(done)](StoreCore* core) mutable {
    ask(*core, core->layout().renew(id, {}, lease), deadline, std::move(done));
  };
}

// Step after step, each with the time of a call: a keyspace may be large. In a Cluster nobody can go through all of it.
void reset_on(StoreCore* core, const RedisSpace& space, const std::string& cursor, OnSettled done) {
  const auto fail = [](OnSettled failed) { failed(std::unexpected(SettleError::down)); };
  if (core->client().is_cluster()) return fail(std::move(done));
  core->call(core->layout().reset_step(space, cursor), core->options().now() + core->options().timeout, 1,
             [core, &space, fail, done = std::move(done)](const StoreCore::Said& said) mutable {
               if (!said) return fail(std::move(done));
               const auto next = core->layout().read_reset_step(said->get());
               if (!next) {
                 core->failed(StoreError::protocol, 1);
                 return fail(std::move(done));
               }
               if (*next == "0") return done({});
               reset_on(core, space, *next, std::move(done));
             });
}

Operation reset_all_operation(const RedisSpace& space, OnSettled done) {
  return [&space, done = std::move(done)](StoreCore* core) mutable { reset_on(core, space, "0", std::move(done)); };
}

Operation reset_operation(ScriptCall script, Deadline deadline, OnSettled done) {
  return [script = std::move(script), deadline, done = std::move(done)](StoreCore* core) mutable {
    ask(*core, std::move(script), deadline, std::move(done));
  };
}

}  // namespace weir::store::redis
