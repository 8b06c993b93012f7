// request_log.hpp: what a request's line of the access log needs, gathered while the request passes.
#pragma once

#include "gateway/access_log.hpp"
#include "gateway/admission.hpp"
#include "gateway/edge.hpp"
#include "usage/counts.hpp"

#include <weir/clock.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace weir::gateway {

class RequestLog {
 public:
  RequestLog(const Stream& stream, Instant began);

  void decided(const Told& told);
  void took(std::string_view model, const usage::Counts& counts) {
    model_ = model;
    counts_ = counts;
  }
  void answered_here() { upstream_asked_ = false; }
  // At the stream's end.
  void write(AccessLog& log, const Stream& stream) const;

 private:
  Instant began_;
  std::string method_;
  std::string path_;
  Told told_;
  std::string limit_;  // what told_.limit views
  std::string model_;
  std::optional<usage::Counts> counts_;
  bool upstream_asked_ = true;
};

}  // namespace weir::gateway
