// refusal_answer.hpp: a refusal, sent.
#pragma once

#include "config/config.hpp"
#include "gateway/edge.hpp"
#include "gateway/refusal.hpp"

namespace weir::gateway {

[[nodiscard]] bool is_grpc(const Request& request);

// In the upstream's place, in the form that HTTP or gRPC clients understand.
void answer(Stream& stream, const Refusal& refusal, const config::Responses& responses);

}  // namespace weir::gateway
