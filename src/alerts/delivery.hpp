// delivery.hpp: what waits to be posted, and one thread that posts it.
//
//   any thread ---> at most `most_waiting` ---> one of all gateways? ---> the webhook's line, four at a time ---> POST
//                                                                               ^-- again, after a pause --+
//
// Whoever adds a message never waits: one that finds no room is dropped and counted. What could not be told within a
// minute is given up. The thread starts with the first message.
#pragma once

#include "alerts/message.hpp"
#include "store/once.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::alerts {

// How patient a delivery is.
struct Patience {
  std::chrono::nanoseconds attempt = std::chrono::seconds(7);  // of one try
  std::array<std::chrono::nanoseconds, 4> pauses{std::chrono::seconds(1), std::chrono::seconds(2),
                                                 std::chrono::seconds(5), std::chrono::seconds(12)};  // between tries
  std::chrono::nanoseconds whole = std::chrono::minutes(1);  // from being added to being told
};

// What became of the messages of one limit.
struct Told {
  std::string limit;
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;   // given up after it was tried
  std::uint64_t dropped = 0;  // given up before: no room, no time
};

class Delivery {
 public:
  static constexpr std::size_t most_waiting = 1000;
  static constexpr std::size_t most_at_once = 4;  // tries under way, of one webhook
  static constexpr std::size_t most_limits = 10'000;

  // Told what is wrong with a webhook, a sentence at most once a minute for each, on the delivery's own thread.
  using Report = std::function<void(std::string_view sentence)>;

  explicit Delivery(Report report = {}, Patience patience = {});
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;
  ~Delivery();  // stops

  // From now on its counts are told, from 0.
  void know(std::string_view limit) noexcept;

  // Any thread. `once`, when given, says whether a message that has a claim is ours to tell; nothing is counted when it
  // is another's. When nobody knows, it is told. False: it was dropped.
  bool add(Message message, std::shared_ptr<store::Once> once) noexcept;

  [[nodiscard]] std::vector<Told> told() const;

  // Goes on for at most `patience` with what waits, and ends. What comes later is dropped.
  void stop(std::chrono::milliseconds patience = std::chrono::milliseconds(1000)) noexcept;

 private:
  class Desk;
  const std::shared_ptr<Desk> desk_;  // shared with its thread, which a look-up of a name may keep for longer
};

}  // namespace weir::alerts
