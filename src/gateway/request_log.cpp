#include "gateway/request_log.hpp"

#include "gateway/lambda/calls_of_worker.hpp"

#include <memory>

namespace weir::gateway {

namespace {

std::shared_ptr<const LambdaCall> call_of(const Stream& stream) {
  if (!has_calls()) return nullptr;
  const auto number = stream.number_in_metadata(call_metadata, call_number_key);
  return number ? find_call(*number) : nullptr;
}

}  // namespace

RequestLog::RequestLog(const Stream& stream, Instant began)
    : began_(began), method_(stream.header(":method")), path_(stream.header(":path")) {}

void RequestLog::decided(const Told& told) {
  told_ = told;
  limit_ = told.limit;
}

void RequestLog::write(AccessLog& log, const Stream& stream) const {
  const auto tokens = [&](std::uint64_t usage::Counts::* kind) {
    return counts_ ? std::optional(static_cast<std::int64_t>((*counts_).*kind)) : std::nullopt;
  };
  const std::shared_ptr<const LambdaCall> call = call_of(stream);
  log.write({.time = began_,
             .method = method_,
             .path = path_,
             .status = stream.status_sent(),
             .duration = system_time() - began_,
             .route = stream.route_name(),
             .limit = limit_,
             .decision = told_.decision,
             .remaining = told_.remaining,
             .upstream = upstream_asked_ ? stream.cluster_name() : std::string_view{},
             .model = model_,
             .tokens_in = tokens(&usage::Counts::input),
             .tokens_out = tokens(&usage::Counts::output),
             .lambda_function = call ? std::string_view(call->function().name()) : std::string_view{},
             .lambda_status = call ? call->told().status : 0,
             .lambda_reason = call ? call->told().reason : std::string_view{},
             .lambda_version = call ? std::string_view(call->told().version) : std::string_view{},
             .key = told_.key});
}

}  // namespace weir::gateway
