// error_document.hpp: an error as Lambda's Runtime API takes it.
#pragma once

#include <weir/lambda.hpp>

#include <string>
#include <string_view>

namespace weir::lambda_host {

// {"errorMessage","errorType","stackTrace"}: any bytes become JSON.
[[nodiscard]] std::string error_document(const lambda::Error& error);
// The same where a header has to hold it.
[[nodiscard]] std::string error_document_base64(const lambda::Error& error);
// The value of Lambda-Runtime-Function-Error-Type: at most 256 bytes, visible ASCII alone.
[[nodiscard]] std::string error_type_header(std::string_view type);

}  // namespace weir::lambda_host
