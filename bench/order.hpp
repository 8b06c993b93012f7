// order.hpp: which keys are called, in which order. Drawn afresh for every round from its seed, the same for all
// contenders of the round, so that none of them meets a cache that the last round warmed for it.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct Order {
  std::vector<std::uint64_t> numbers;
  std::vector<std::string_view> texts;  // "user:NUMBER", laid out in this order
  std::string bytes;                    // what `texts` look at

  Order() = default;
  Order(const Order&) = delete;
  Order& operator=(const Order&) = delete;
  Order(Order&&) = delete;
  Order& operator=(Order&&) = delete;

  void draw(std::uint64_t keys, std::size_t calls, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    numbers.resize(calls);
    for (auto& number : numbers) number = draw_below(random, keys);
  }
  void all_once(std::uint64_t keys, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    numbers.resize(keys);
    for (std::uint64_t i = 0; i < keys; ++i) {
      const std::uint64_t j = draw_below(random, i + 1);
      numbers[i] = numbers[j];
      numbers[j] = i;
    }
  }
  void spell() {
    constexpr std::size_t longest = 25;
    bytes.clear();
    bytes.reserve(numbers.size() * longest);  // never moves under the views
    texts.clear();
    texts.reserve(numbers.size());
    for (const std::uint64_t number : numbers) {
      const std::size_t start = bytes.size();
      bytes += "user:" + std::to_string(number);
      texts.emplace_back(bytes.data() + start, bytes.size() - start);
    }
  }

 private:
  static std::uint64_t draw_below(std::mt19937_64& random, std::uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((Wide{random()} * bound) >> 64U);
  }
};

}  // namespace bench
