#include "lambda_host/error_document.hpp"

#include "lambda/text/base64.hpp"
#include "lambda/text/escape.hpp"

#include <algorithm>
#include <cstddef>

namespace weir::lambda_host {
namespace {

constexpr std::size_t longest_type = 256;
constexpr std::size_t longest_message = 16U << 10;  // a trailer has to fit a header of the Runtime API

}  // namespace

std::string error_document(const lambda::Error& error) {
  std::string document = R"({"errorMessage":)";
  lambda::append_json_string(document, std::string_view(error.message).substr(0, longest_message));
  document += R"(,"errorType":)";
  lambda::append_json_string(document, std::string_view(error.type).substr(0, longest_type));
  document += R"(,"stackTrace":[]})";
  return document;
}

std::string error_document_base64(const lambda::Error& error) {
  std::string text;
  lambda::Base64Writer writer;
  writer.append(text, error_document(error));
  writer.finish(text);
  return text;
}

std::string error_type_header(std::string_view type) {
  std::string value(type.substr(0, longest_type));
  std::ranges::replace_if(value, [](char byte) { return byte <= ' ' || byte >= 0x7f; }, '_');
  return value.empty() ? "Function.Error" : value;
}

}  // namespace weir::lambda_host
