// sections.hpp: the parts of weir.yaml, each read by a file of its own.
#pragma once

#include "config/config.hpp"
#include "config/reader.hpp"

namespace weir::config {

void read_store(Reading& reading, const Field& field, Store& store);
void read_limits(Reading& reading, const Field& field, std::vector<Limit>& limits);
void read_upstreams(Reading& reading, const Field& field, std::vector<Upstream>& upstreams);
void read_responses(Reading& reading, const Field& field, Responses& responses);

// What a route may refer to; null: that section could not be read, so references to it say nothing.
struct Known {
  const std::vector<Limit>* limits = nullptr;
  const std::vector<Upstream>* upstreams = nullptr;
};
void read_routes(Reading& reading, const Field& field, const Known& known, std::vector<Route>& routes);

}  // namespace weir::config
