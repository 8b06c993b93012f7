// rounds.hpp: times contenders in turn. Each round draws a new order of keys and hands it to every contender, one after
// the other; who goes first rotates, so that a machine that slows down or speeds up favours none.
//
// Every measurement is one JSON line on standard output; bench/report.py forms the ratios.
#pragma once

#include "contender.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace bench {

struct Case {
  std::string name;
  std::uint64_t keys = 1;
  bool texts = false;
  unsigned threads = 1;
  bool allowed = true;  // what the quota must make of nearly every call
};

struct Effort {
  int rounds = 11;
  std::chrono::milliseconds block{300};  // about how long one contender is timed in one round, at least
};

using Contenders = std::vector<std::unique_ptr<Contender>>;

void run(const Case& what, const Contenders& contenders, Effort effort);

}  // namespace bench
