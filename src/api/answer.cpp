#include "api/answer.hpp"

#include "api/call.hpp"
#include "api/routes.hpp"
#include "api/target.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace weir::api {
namespace {

std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);  // its /
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

// The segments that stand for the {names} of `pattern`, as they were sent; none when the path is not of its form.
std::optional<std::vector<std::string_view>> matched(std::string_view pattern, std::string_view path) {
  std::vector<std::string_view> names;
  while (pattern.starts_with('/') && path.starts_with('/')) {
    const std::string_view wanted = next_segment(pattern);
    const std::string_view found = next_segment(path);
    if (wanted.starts_with('{')) {
      names.push_back(found);
    } else if (wanted != found) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return names;
}

void allow(std::string& methods, std::string_view method) {
  methods.append(methods.empty() ? "" : ", ").append(method);
}

Response call(const Route& route, const Service& service, const Request& request, std::string_view query,
              const std::vector<std::string_view>& encoded) {
  std::vector<std::string> names;
  for (const std::string_view name : encoded) {
    auto decoded = percent_decoded(name);
    if (!decoded) return problem(400, "A % in the path is not followed by two hexadecimal digits.");
    names.push_back(*std::move(decoded));
  }
  return route.call({.service = service, .request = request, .names = names, .query = query});
}

}  // namespace

Response answer(const Service& service, const Request& request) {
  const Target target = split_target(request.target);
  const std::string_view method = request.method == "HEAD" ? "GET" : request.method;
  if (request.body.size() > max_body) return problem(413, "The body is larger than 1 MiB.");
  std::string allowed;
  for (const Route& route : routes()) {
    const auto names = matched(route.path, target.path);
    if (!names) continue;
    if (route.method == method) return call(route, service, request, target.query, *names);
    allow(allowed, route.method);
    if (route.method == "GET") allow(allowed, "HEAD");
  }
  if (allowed.empty()) return problem(404, "There is nothing at this path.");
  allow(allowed, "OPTIONS");
  Response response = method == "OPTIONS" ? no_content() : problem(405, "This path takes: " + allowed + ".");
  response.headers.push_back({"allow", std::move(allowed)});
  return response;
}

Response answer(const Service& service, const Access& access, const Request& request) {
  if (auto refusal = keep_out(access, request)) return *std::move(refusal);
  return answer(service, request);
}

}  // namespace weir::api
