// table.hpp: what is wanted of one protocol's answers.
#pragma once

#include <cstdint>

#include "usage/dialect.hpp"
#include "usage/json/paths.hpp"
#include "usage/protocol.hpp"
#include "usage/reading.hpp"

namespace weir::usage::providers {

struct Meaning {
  Field field;
  Dialect tells;
};

struct Table {
  const json::Paths* paths;
  const Meaning* meanings;  // of leaf 1, 2, ...

  [[nodiscard]] const Meaning& meaning(std::uint8_t leaf) const noexcept { return meanings[leaf - 1]; }
};

// Of `automatic`: all of them together.
[[nodiscard]] const Table& table_of(Protocol protocol) noexcept;

}  // namespace weir::usage::providers
