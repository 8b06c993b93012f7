// request_log.hpp: what a request's line of the access log needs, gathered while the request passes.
#pragma once

#include "gateway/access_log.hpp"
#include "gateway/admission.hpp"
#include "gateway/edge.hpp"

#include <weir/clock.hpp>

#include <string>

namespace weir::gateway {

class RequestLog {
 public:
  RequestLog(const Stream& stream, Instant began);

  void decided(const Told& told);
  void answered_here() { upstream_asked_ = false; }
  // At the stream's end.
  void write(AccessLog& log, const Stream& stream) const;

 private:
  Instant began_;
  std::string method_;
  std::string path_;
  Told told_;
  std::string limit_;  // what told_.limit views
  bool upstream_asked_ = true;
};

}  // namespace weir::gateway
