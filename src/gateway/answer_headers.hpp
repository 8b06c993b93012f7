// answer_headers.hpp: the few headers that Weir adds to an answer, kept from the decision until the answer comes.
#pragma once

#include "gateway/header_field.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/container/static_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::gateway {

// Values grow in one buffer, without an allocation up to 160 bytes in all.
class AnswerHeaders {
 public:
  static constexpr std::size_t most = 8;
  using Text = boost::container::small_vector<char, 160>;

  // Starts a header; what is appended to text() until the next start is its value. `name` lives forever.
  void start(std::string_view name) {
    fields_.push_back({.name = name, .lasting = {}, .begin = static_cast<std::uint32_t>(text_.size())});
  }
  [[nodiscard]] Text& text() { return text_; }

  // A header whose value outlives the stream.
  void add_lasting(std::string_view name, std::string_view value) {
    const auto here = static_cast<std::uint32_t>(text_.size());
    fields_.push_back({.name = name, .lasting = value, .begin = here});
  }

  [[nodiscard]] bool empty() const { return fields_.empty(); }
  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  [[nodiscard]] HeaderField operator[](std::size_t index) const {
    const Field& field = fields_[index];
    if (!field.lasting.empty()) return {field.name, field.lasting};
    const std::size_t end = index + 1 < fields_.size() ? fields_[index + 1].begin : text_.size();
    return {field.name, std::string_view(text_.data() + field.begin, end - field.begin)};
  }

 private:
  struct Field {
    std::string_view name;
    std::string_view lasting;
    std::uint32_t begin;
  };
  boost::container::static_vector<Field, most> fields_;
  Text text_;
};

}  // namespace weir::gateway
