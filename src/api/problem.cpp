#include "api/problem.hpp"

#include "api/json_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::api {
namespace {

struct Kind {
  int status;
  std::string_view type;  // IANA's registry of problem types where it has one
  std::string_view title;
};

constexpr std::string_view blank = "about:blank";

constexpr auto kinds = std::to_array<Kind>({
    {400, blank, "Bad Request"},
    {401, blank, "Unauthorized"},
    {403, blank, "Forbidden"},
    {404, blank, "Not Found"},
    {405, blank, "Method Not Allowed"},
    {409, blank, "Conflict"},
    {413, blank, "Content Too Large"},
    {415, blank, "Unsupported Media Type"},
    {422, blank, "Unprocessable Content"},
    {503, "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity", "Temporarily reduced capacity"},
});
constexpr Kind unexpected{500, blank, "Internal Server Error"};

}  // namespace

Response problem(int status, std::string_view detail) {
  const auto* found = std::ranges::find(kinds, status, &Kind::status);
  const Kind& kind = found == kinds.end() ? unexpected : *found;
  Response response{.status = kind.status, .content_type = problem_type};
  std::string& body = response.body;
  body.append(R"({"type":)");
  append_json(body, kind.type);
  body.append(R"(,"title":)");
  append_json(body, kind.title);
  body.append(R"(,"status":)").append(std::to_string(kind.status)).append(R"(,"detail":)");
  append_json(body, detail);
  body.append("}\n");
  return response;
}

}  // namespace weir::api
