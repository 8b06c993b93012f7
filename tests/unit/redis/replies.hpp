// replies.hpp: what Redis might answer, said in a test.
#pragma once

#include "store/redis/resp/value.hpp"

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {

// Owns what the values it makes point to.
class Replies {
 public:
  static Value nil() { return {}; }
  static Value integer(std::int64_t number) { return {.type = Value::Type::integer, .integer = number}; }
  static Value error(std::string_view text) { return {.type = Value::Type::error, .text = text}; }
  Value text(std::string_view bytes) { return {.type = Value::Type::text, .text = texts_.emplace_back(bytes)}; }
  Value array(std::vector<Value> items) {
    return {.type = Value::Type::array, .items = arrays_.emplace_back(std::move(items))};
  }

 private:
  std::deque<std::string> texts_;
  std::deque<std::vector<Value>> arrays_;
};

}  // namespace weir::store::redis
