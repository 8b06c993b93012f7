// settle_spread.cpp: settling and renewing by id in a Cluster: the note says where the parts lie, then all of them are
// asked at once.
#include "store/redis/store/spread.hpp"

#include <span>
#include <utility>

namespace weir::store::redis {
namespace {

// Several answers that are one: what went wrong with any of them; `unknown` weighs least.
class Joined : public std::enable_shared_from_this<Joined> {
 public:
  Joined(StoreCore& core, std::size_t out, OnSettled done) : core_(core), out_(out), done_(std::move(done)) {}

  [[nodiscard]] StoreCore::OnSaid one() {
    return [self = shared_from_this()](const StoreCore::Said& said) { self->came(said); };
  }

 private:
  void came(const StoreCore::Said& said) {
    Settled settled = std::unexpected(SettleError::down);
    if (said) {
      if (const auto read = core_.layout().read_settled(said->get())) {
        settled = *read;
      } else {
        core_.failed(StoreError::protocol, 1);
      }
    }
    if (!settled && (all_ || settled.error() > all_.error())) all_ = settled;
    if (--out_ == 0) done_(all_);
  }

  StoreCore& core_;
  std::size_t out_;
  OnSettled done_;
  Settled all_{};
};

// The call for one part, of what the note says; none: the amounts don't fit it.
using ForPart = std::move_only_function<std::optional<ScriptCall>(const Part&)>;

Operation for_each_part(std::string id, std::optional<Nanos> lease, Deadline deadline, OnSettled done,
                        ForPart for_part) {
  return [id = std::move(id), lease, deadline, done = std::move(done),
          for_part = std::move(for_part)](StoreCore* core) mutable {
    core->call(
        read_parts(core->options().name_space, id, lease), deadline, 1,
        [core, deadline, done = std::move(done), for_part = std::move(for_part)](const StoreCore::Said& said) mutable {
          if (!said) return done(std::unexpected(SettleError::down));
          const auto parts = said->get().type == Value::Type::text ? parts_of(said->get().text) : std::vector<Part>{};
          if (!parts) core->failed(StoreError::protocol, 1);
          if (!parts || !is_settled_by_caller(*parts)) return done(std::unexpected(SettleError::unknown));
          std::vector<ScriptCall> calls;
          for (const Part& part : *parts) {
            if (part.held.empty()) continue;
            auto call = for_part(part);
            if (!call) return done(std::unexpected(SettleError::conflict));
            calls.push_back(*std::move(call));
          }
          const auto joined = std::make_shared<Joined>(*core, calls.size(), std::move(done));
          for (ScriptCall& call : calls) core->call_at_once(std::move(call), deadline, joined->one());
        });
  };
}

}  // namespace

Operation settle_spread_operation(std::string id, std::vector<std::int64_t> amounts, Deadline deadline,
                                  OnSettled done) {
  // The layout is the core's, which runs this.
  return [id = std::move(id), amounts = std::move(amounts), deadline, done = std::move(done)](StoreCore* core) mutable {
    for_each_part(id, {}, deadline, std::move(done),
                  [core, id, amounts = std::move(amounts)](const Part& part) -> std::optional<ScriptCall> {
                    const auto own = amounts_of(part, amounts);
                    if (!own) return std::nullopt;
                    return core->layout().settle(id, part.tag, *own);
                  })(core);
  };
}

Operation renew_spread_operation(std::string id, Nanos lease, Deadline deadline, OnSettled done) {
  return [id = std::move(id), lease, deadline, done = std::move(done)](StoreCore* core) mutable {
    for_each_part(id, lease, deadline, std::move(done), [core, id, lease](const Part& part) {
      return std::optional(core->layout().renew(id, part.tag, lease));
    })(core);
  };
}

}  // namespace weir::store::redis
