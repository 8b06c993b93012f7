// joint.hpp: a decision over one or several limits, as a machine that asks questions and takes answers. It never waits
// and never talks: decide_now.cpp drives it over memory stores, remote_joint.cpp over stores that answer later.
//
// The walk: see who is denied or never limited -> charge the real limits, one question a store -> give back what
// passed when one refused -> decide each shadow limit by itself -> done. A store that fails is replaced by `on_error`.
#pragma once

#include "limiter/key_rules.hpp"
#include "limiter/limiter_impl.hpp"
#include "store/store.hpp"

#include <weir/decision.hpp>
#include <weir/key.hpp>
#include <weir/limiter.hpp>

#include <boost/container/static_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::limiter {

// One check on its way.
struct Item {
  Item(const Check& check);  // NOLINT(google-explicit-constructor)

  std::shared_ptr<Limiter::Impl> owner;  // only where the decision may outlive the call
  Limiter::Impl* limiter;
  Key key;
  std::int64_t cost;
  Standing standing = Standing::counted;
  const store::Space* space = nullptr;
  std::shared_ptr<const store::Space> space_owner;  // of a space that a change of rates may drop
  store::MemoryStore* fallback = nullptr;           // decides instead of the store, which failed
  std::shared_ptr<const store::Book> book;          // then: where it is noted what the store is owed
  bool asked = false;
  bool charged = false;
  std::string held_id;  // the id it is held under, when it is
  Decision decision;

  [[nodiscard]] store::Store& room() const;
  [[nodiscard]] store::MemoryStore* memory() const { return fallback != nullptr ? fallback : limiter->memory; }
};

struct Terms {
  std::string_view id{};
  bool hold = false;  // keep the costs until settled; `id` is given
  store::Nanos lease{0};
  bool own_id = false;    // nobody else knows the id: what a late answer grants under it is let go
  bool once = false;      // the id need not be remembered
  bool no_lease = false;  // it was seen that no units are here
};

using Places = boost::container::static_vector<std::uint8_t, max_checks>;  // indices of items

// What to ask one store.
struct Question {
  enum class Kind : std::uint8_t {
    charge,     // all of them or none
    look,       // what is left, without charging
    give_back,  // nobody waits for the answer
  };
  Kind kind = Kind::charge;
  Places items;
  std::string id;
  Instant asked{};  // when it went out; set by who asks
};

class Joint {
 public:
  // Items must outlive the Joint and stay where they are.
  Joint(std::span<Item> items, const Terms& terms);

  // What to ask next; nothing when all is decided.
  [[nodiscard]] std::optional<Question> next();
  // For give_back there is nothing to answer.
  void answer(const Question& question, store::Status status, std::span<const store::Verdict> verdicts);
  // What stands in for the store took it back.
  void gave_back(const Question& question) const;

  [[nodiscard]] AllOutcome outcome() const;
  [[nodiscard]] std::span<Item> items() const { return items_; }
  [[nodiscard]] const Terms& terms() const { return terms_; }
  // The checks of a question as the store takes them, into `checks`, one an item of it; and the call around them.
  [[nodiscard]] store::Call call(const Question& question, std::span<store::Check> checks) const;

 private:
  void see_standing(Item& item);
  void decide_from_leases();
  void decide_from_windows();
  void decide_from_cache();
  [[nodiscard]] std::optional<Question> next_real();
  [[nodiscard]] std::optional<Question> next_give_back();
  [[nodiscard]] std::optional<Question> next_shadow();
  void failed(const Question& question, store::Status status);
  void decided(const Question& question, std::span<const store::Verdict> verdicts);
  void note_answers(const Question& question, std::span<const store::Verdict> verdicts);
  void note_granted(const Question& question) const;
  void conclude(Item& item, const Decision& found, Instant asked);
  void refuse(Item& item, const Decision& refusal);

  std::span<Item> items_;
  Terms terms_;
  bool refused_ = false;
  bool hopeless_ = false;  // waiting won't help: the others are looked at, not charged
  std::size_t shadows_ = 0;
};

}  // namespace weir::limiter
