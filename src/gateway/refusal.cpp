#include "gateway/refusal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace weir::gateway {

namespace {

namespace json = boost::json;

struct Wording {
  std::string_view type;   // of the problem, a URI (IANA's registry of problem types where it has one)
  std::string_view title;  // of the problem
  std::string_view code;   // `error` in `body: json`
};

Wording wording(Refusal::Cause cause) {
  switch (cause) {
    case Refusal::Cause::limited:
      return {"https://iana.org/assignments/http-problem-types#quota-exceeded", "Quota exceeded", "quota_exceeded"};
    case Refusal::Cause::denied:
      return {"about:blank", "Forbidden", "denied"};
    case Refusal::Cause::malformed:
      return {"about:blank", "Bad Request", "bad_request"};
    case Refusal::Cause::out_of_range:
      return {"about:blank", "Unprocessable Content", "out_of_range"};
    case Refusal::Cause::store_down:
      return {"https://iana.org/assignments/http-problem-types#temporary-reduced-capacity",
              "Temporarily reduced capacity", "temporary_reduced_capacity"};
  }
  return {};
}

json::string text(std::string_view view) { return json::string(view.data(), view.size()); }

void add_violated(json::object& object, std::string_view member, const std::vector<std::string_view>& names) {
  if (names.empty()) return;
  json::array list;
  for (const std::string_view name : names) list.push_back(text(name));
  object[json::string_view(member.data(), member.size())] = std::move(list);
}

std::string problem(const Refusal& refusal) {
  const Wording words = wording(refusal.cause);
  json::object object{
      {"type", text(words.type)}, {"title", text(words.title)}, {"status", refusal.status}, {"detail", refusal.detail}};
  add_violated(object, "violated-policies", refusal.violated);
  return json::serialize(object) + "\n";
}

std::string plain_json(const Refusal& refusal) {
  json::object object{{"error", text(wording(refusal.cause).code)}, {"message", refusal.detail}};
  add_violated(object, "limits", refusal.violated);
  if (refusal.retry_after) object["retry_after"] = *refusal.retry_after;
  return json::serialize(object) + "\n";
}

}  // namespace

std::string limited_detail(std::span<const std::string_view> limits, std::optional<std::int64_t> retry_after) {
  std::string sentence = limits.size() == 1 ? "The limit " : "The limits ";
  for (std::size_t i = 0; i < limits.size(); ++i) {
    if (i > 0) sentence += i + 1 == limits.size() ? " and " : ", ";
    sentence.append(limits[i]);
  }
  sentence += limits.size() == 1 ? " does" : " do";
  sentence += " not allow this request";
  if (!retry_after) return sentence + ".";
  return sentence + " now; retry in " + std::to_string(*retry_after) + (*retry_after == 1 ? " second." : " seconds.");
}

Body refusal_body(const Refusal& refusal, const config::Responses& responses) {
  using Form = config::Responses::Body;
  switch (responses.body) {
    case Form::json:
      return {"application/json", plain_json(refusal)};
    case Form::text:
      return {"text/plain; charset=utf-8", refusal.detail + "\n"};
    case Form::file:
      if (refusal.cause == Refusal::Cause::limited) return {responses.file_type, responses.file_body};
      break;
    case Form::problem:
      break;
  }
  return {"application/problem+json", problem(refusal)};
}

}  // namespace weir::gateway
