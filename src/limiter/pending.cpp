#include <weir/detail/pending.hpp>

#include "limiter/checks.hpp"
#include "limiter/random_bits.hpp"
#include "limiter/remote_joint.hpp"
#include "limiter/reservation_impl.hpp"

#include <utility>

namespace weir::detail {
namespace {

template <class Done, class Result>
class PendingJoint final : public Pending {
 public:
  PendingJoint(limiter::RemoteJoint::Pointer joint, Done done, Result result)
      : joint_(std::move(joint)), done_(std::move(done)), result_(result) {}

  [[nodiscard]] std::chrono::nanoseconds timeout() const override { return joint_->time_to_watch(); }
  void start() override {
    joint_->start([done = std::move(done_), result = result_](limiter::Joint& joint) mutable { done(result(joint)); });
  }
  void expire() override { joint_->expire(); }

 private:
  limiter::RemoteJoint::Pointer joint_;
  Done done_;
  Result result_;
};

template <class Done, class Result>
std::shared_ptr<Pending> pending(std::span<const Check> checks, const limiter::Terms& terms, Done done, Result result) {
  return std::make_shared<PendingJoint<Done, Result>>(limiter::RemoteJoint::make(checks, terms), std::move(done),
                                                      result);
}

}  // namespace

std::shared_ptr<Pending> pending_limit_all(std::span<const Check> checks, std::string_view id, Decided done) {
  limiter::require_limitable(checks, id);
  return pending(checks, {.id = id}, std::move(done), &limiter::all_decision_of);
}

std::shared_ptr<Pending> pending_reserve_all(std::span<const Check> checks, const ReserveOptions& options,
                                             Reserved done) {
  limiter::require_reservable(checks, options);
  const std::string own_id = options.id.empty() ? limiter::random_id() : std::string();
  const limiter::Terms terms{.id = options.id.empty() ? std::string_view(own_id) : options.id,
                             .hold = true,
                             .lease = options.lease,
                             .own_id = options.id.empty(),
                             .once = options.once};
  return pending(checks, terms, std::move(done), &limiter::reservation_of);
}

}  // namespace weir::detail
