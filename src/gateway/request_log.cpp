#include "gateway/request_log.hpp"

namespace weir::gateway {

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
             .key = told_.key});
}

}  // namespace weir::gateway
