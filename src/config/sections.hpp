// sections.hpp: the parts of weir.yaml, each read by a file of its own.
#pragma once

#include "config/config.hpp"
#include "config/reader.hpp"

namespace weir::config {

void read_listen(Reading& reading, const Field& field, Config& config);
void read_admin(Reading& reading, const Field& field, std::optional<Admin>& admin);
void read_jwt(Reading& reading, const Field& field, std::optional<Jwt>& jwt);
void read_access_log(Reading& reading, const Field& field, AccessLog& log);
// After the limits, which they name.
void read_alerts(Reading& reading, const Field& field, const std::vector<Limit>& limits, std::vector<Alert>& alerts);
void read_analytics(Reading& reading, const Field& field, std::optional<Analytics>& analytics);
void read_store(Reading& reading, const Field& field, Store& store);
// `store`: where they will be counted; null: that section could not be read, so nothing is held against it.
void read_limits(Reading& reading, const Field& field, const Store* store, std::vector<Limit>& limits);
void read_upstreams(Reading& reading, const Field& field, std::vector<Upstream>& upstreams);
// `lambda` of an upstream, which also says where that is.
void read_lambda(Reading& reading, const Field& field, Upstream& upstream);
void read_prices(Reading& reading, const Field& field, Prices& prices);
void read_responses(Reading& reading, const Field& field, Responses& responses);

// Values by the model they are for: a name, or a glob. Those that could not be read are left out.
template <class Value>
[[nodiscard]] std::vector<std::pair<std::string, Value>> read_by_model(
    Reading& reading, const Field& field, std::string_view expected,
    std::optional<Value> (*read_value)(Reading&, const Field&)) {
  constexpr std::size_t most = 10'000;
  std::vector<std::pair<std::string, Value>> values;
  if (!read_mapping(reading, field, expected)) return values;
  if (field.node->entries.size() > most) {
    reading.errors.add(field.spot, "more than 10000 models in " + in_quotes(field.name));
    return values;
  }
  for (const Entry& entry : field.node->entries) {
    auto value = read_value(reading, field_of(entry));
    if (value) values.emplace_back(entry.key, *std::move(value));
  }
  return values;
}

// What a route may refer to; null: that section could not be read, so references to it say nothing.
struct Known {
  const std::vector<Limit>* limits = nullptr;
  const std::vector<Upstream>* upstreams = nullptr;
};
void read_routes(Reading& reading, const Field& field, const Known& known, std::vector<Route>& routes);

// Whether both could not be listened on: equal, or one of them stands for every address of its port.
[[nodiscard]] bool is_same_address(const Address& one, const Address& other);

}  // namespace weir::config
