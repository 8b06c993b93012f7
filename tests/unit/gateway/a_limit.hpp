// a_limit.hpp: a limit as a test writes it down.
#pragma once

#include "config/config.hpp"

#include <string>
#include <utility>

namespace weir::gateway {

// Of the header x-user.
inline config::Limit per_user(std::string name, const Rule& rule) {
  config::Limit limit;
  limit.name = std::move(name);
  limit.key = {{.kind = config::KeySource::Kind::header, .name = "x-user"}};
  limit.rule = rule;
  limit.prefix = "weir:" + limit.name;
  return limit;
}

// The same, counting tokens.
inline config::Limit tokens_per_user(std::string name, const Rule& rule) {
  config::Limit limit = per_user(std::move(name), rule);
  limit.tokens.unit = usage::Unit::tokens;
  return limit;
}

}  // namespace weir::gateway
