#include "gateway/request_log.hpp"

namespace weir::gateway {

RequestLog::RequestLog(const Stream& stream, Instant began)
    : began_(began), method_(stream.header(":method")), path_(stream.header(":path")) {}

void RequestLog::decided(const Told& told) {
  told_ = told;
  limit_ = told.limit;
}

void RequestLog::write(AccessLog& log, const Stream& stream) const {
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
             .key = told_.key});
}

}  // namespace weir::gateway
