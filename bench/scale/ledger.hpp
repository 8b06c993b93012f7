// ledger.hpp: what was asked for and what was admitted, key by key and window by window, and how that differs from the
// exact answer: the smaller of what was asked for and the limit. A decision belongs to the window it was made in, on
// the one clock of the simulation.
#pragma once

#include "events.hpp"
#include "table.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace weir::scale {

struct Errors {
  std::int64_t exact = 0;       // units that the exact answer admits
  std::int64_t over = 0;        // units admitted beyond the limit
  std::int64_t under = 0;       // units refused that the exact answer admits
  std::int64_t exact_busy = 0;  // the same, of keys and windows that asked for the limit or more
  std::int64_t under_busy = 0;
  double worst = 0;  // the most that one key got in a window, in limits
  friend bool operator==(const Errors&, const Errors&) = default;
};

class Ledger {
 public:
  Ledger(std::int64_t limit, Time window, Time from, Time until)
      : limit_(limit), window_(window), from_(from / window), until_(until / window) {}

  void note(std::uint64_t key, Time at, bool admitted) {
    const std::int64_t number = at / window_;
    if (number < from_ || number >= until_) return;
    Entry& entry = entries_[key];
    Window& window = entry[static_cast<std::size_t>(number % 2)];  // events of two windows may interleave, not of three
    if (window.number != number) {
      close(window);
      window = {.number = number};
    }
    ++window.asked;
    if (admitted) ++window.admitted;
  }
  Errors errors() {
    for (auto& [key, entry] : entries_.slots()) {
      for (Window& window : entry) {
        if (key != 0) close(window);
        window = {};
      }
    }
    return errors_;
  }

 private:
  struct Window {
    std::int64_t number = -1;
    std::int32_t asked = 0;
    std::int32_t admitted = 0;
  };
  using Entry = std::array<Window, 2>;

  void close(const Window& window) {
    if (window.number < 0) return;
    const std::int64_t exact = std::min<std::int64_t>(limit_, window.asked);
    const std::int64_t under = std::max<std::int64_t>(0, exact - window.admitted);
    errors_.exact += exact;
    errors_.over += std::max<std::int64_t>(0, window.admitted - limit_);
    errors_.under += under;
    if (window.asked >= limit_) {
      errors_.exact_busy += exact;
      errors_.under_busy += under;
    }
    errors_.worst = std::max(errors_.worst, static_cast<double>(window.admitted) / static_cast<double>(limit_));
  }

  std::int64_t limit_;
  Time window_;
  std::int64_t from_;
  std::int64_t until_;
  Table<Entry> entries_;
  Errors errors_;
};

}  // namespace weir::scale
