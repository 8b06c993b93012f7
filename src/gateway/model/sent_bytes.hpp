// sent_bytes.hpp: what goes on of an answer's bytes in one hook: as they came until something is changed, and only from
// there on a copy. While nothing is changed nothing is allocated.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::gateway {

class SentBytes {
 public:
  // `edit(out)` true: these bytes go on as they are, and it left `out` alone. False: what it appended does, which may
  // be nothing. Returns what goes on of them, valid until the next call.
  template <class Edit>
  std::string_view pass(std::string_view bytes, Edit edit) {
    const std::size_t before = edited_.size();
    if (edit(edited_)) {
      if (!changed_) {
        as_they_came_ += bytes.size();
        return bytes;
      }
      edited_.append(bytes);
    }
    changed_ = true;
    return std::string_view(edited_).substr(before);
  }
  // `add(out)` appends what goes on beside them, if anything.
  template <class Add>
  void append(Add add) {
    const std::size_t before = edited_.size();
    add(edited_);
    changed_ = changed_ || edited_.size() != before;
  }

  [[nodiscard]] bool changed() const { return changed_; }
  [[nodiscard]] std::size_t size() const { return as_they_came_ + edited_.size(); }
  // A copy of it all. `came(take)`: the hook's bytes in pieces, for what went on as it came.
  template <class Came>
  [[nodiscard]] std::string all(Came came) const {
    std::string all;
    all.reserve(size());
    came([&](std::string_view piece) { all.append(piece.substr(0, as_they_came_ - all.size())); });
    return all.append(edited_);
  }

 private:
  std::size_t as_they_came_ = 0;  // bytes before the first change
  bool changed_ = false;
  std::string edited_;  // from there on
};

}  // namespace weir::gateway
