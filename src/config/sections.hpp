// sections.hpp: the parts of weir.yaml, each read by a file of its own.
#pragma once

#include "config/config.hpp"
#include "config/reader.hpp"

namespace weir::config {

void read_listen(Reading& reading, const Field& field, Config& config);
void read_admin(Reading& reading, const Field& field, std::optional<Admin>& admin);
void read_jwt(Reading& reading, const Field& field, std::optional<Jwt>& jwt);
void read_access_log(Reading& reading, const Field& field, AccessLog& log);
void read_store(Reading& reading, const Field& field, Store& store);
// `store`: where they will be counted; null: that section could not be read, so nothing is held against it.
void read_limits(Reading& reading, const Field& field, const Store* store, std::vector<Limit>& limits);
void read_upstreams(Reading& reading, const Field& field, std::vector<Upstream>& upstreams);
void read_responses(Reading& reading, const Field& field, Responses& responses);

// What a route may refer to; null: that section could not be read, so references to it say nothing.
struct Known {
  const std::vector<Limit>* limits = nullptr;
  const std::vector<Upstream>* upstreams = nullptr;
};
void read_routes(Reading& reading, const Field& field, const Known& known, std::vector<Route>& routes);

// Whether both could not be listened on: equal, or one of them stands for every address of its port.
[[nodiscard]] bool is_same_address(const Address& one, const Address& other);

}  // namespace weir::config
