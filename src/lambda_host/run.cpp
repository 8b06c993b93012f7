#include "lambda_host/connection.hpp"
#include "lambda_host/loop.hpp"
#include "lambda_host/runtime_api.hpp"
#include "lambda_host/serve.hpp"
#include "store/due/due_work.hpp"

#include <weir/lambda.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

namespace weir::lambda {
namespace {

constexpr int no_address = 2;

std::optional<lambda_host::Endpoint> runtime_api() {
  const char* text = std::getenv("AWS_LAMBDA_RUNTIME_API");  // NOLINT(concurrency-mt-unsafe): before anything runs
  const auto endpoint = text == nullptr ? std::nullopt : lambda_host::endpoint_of(text);
  if (!endpoint) {
    std::cerr << "weir: AWS_LAMBDA_RUNTIME_API is not set to HOST:PORT; Lambda sets it, and so do its emulators\n";
  }
  return endpoint;
}

}  // namespace

Stream::~Stream() = default;

void before_next(std::function<void(std::chrono::steady_clock::time_point until)> work) {
  static const auto forever = std::make_shared<int>();
  store::due_work().add(forever, std::move(work));
}

int run_buffered(const std::function<std::expected<std::string, Error>(const Event&)>& handler,
                 const Options& options) {
  const auto endpoint = runtime_api();
  return endpoint ? lambda_host::serve(*endpoint, handler, options, std::cerr) : no_address;
}

int run_streamed(const std::function<std::expected<void, Error>(const Event&, Stream&)>& handler,
                 const Options& options) {
  const auto endpoint = runtime_api();
  return endpoint ? lambda_host::serve(*endpoint, handler, options, std::cerr) : no_address;
}

int init_error(const Error& error) {
  std::cerr << "weir: " << error.type << ": " << error.message << '\n';
  if (const auto endpoint = runtime_api()) {
    lambda_host::Loop loop;
    const auto taken = lambda_host::RuntimeApi(loop, *endpoint).init_error(error);
    if (taken != lambda_host::Taken::accepted) std::cerr << "weir: the Runtime API did not take that\n";
  }
  return 1;
}

}  // namespace weir::lambda
