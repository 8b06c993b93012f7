#include "lambda/function.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "lambda/text/percent.hpp"

namespace weir::lambda {

namespace {

bool is_word(std::string_view text, std::string_view more) noexcept {
  const auto fits = [more](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           more.find(byte) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, fits);
}

bool is_account(std::string_view text) noexcept {
  return text.size() == 12 && std::ranges::all_of(text, [](char byte) { return byte >= '0' && byte <= '9'; });
}

bool is_qualifier(std::string_view text) noexcept {
  return text == "$LATEST" || text == "$LATEST.PUBLISHED" || (text.size() <= 128 && is_word(text, "-_"));
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t colon = text.find(':');
    parts.push_back(text.substr(0, colon));
    if (colon == std::string_view::npos) return parts;
    text.remove_prefix(colon + 1);
  }
}

std::unexpected<std::string> wrong(std::string_view what) { return std::unexpected(std::string(what)); }

struct Partition {
  std::string_view regions;  // how their names begin
  std::string_view suffix;   // of its hosts
};

// Those of AWS with hosts of their own (botocore's partitions.json).
constexpr auto partitions = std::to_array<Partition>({
    {"cn-", "amazonaws.com.cn"},
    {"eusc-", "amazonaws.eu"},
    {"us-iso-", "c2s.ic.gov"},
    {"us-isob-", "sc2s.sgov.gov"},
    {"eu-isoe-", "cloud.adc-e.uk"},
    {"us-isof-", "csp.hci.ic.gov"},
});

}  // namespace

std::expected<Function, std::string> parse_function(std::string_view text) {
  std::vector<std::string_view> parts = parts_of(text);
  Function function;
  std::size_t before = 0;  // parts before the name
  if (parts[0] == "arn") {
    if (parts.size() < 7) return wrong("an ARN has seven parts: arn:aws:lambda:REGION:ACCOUNT:function:NAME");
    if (!parts[1].starts_with("aws") || !is_word(parts[1], "-"))
      return wrong("the second part of an ARN is the partition: aws");
    if (parts[2] != "lambda") return wrong("this is no ARN of a Lambda function: its third part is not 'lambda'");
    if (!is_word(parts[3], "-")) return wrong("the fourth part of an ARN is the region, like us-east-1");
    if (!is_account(parts[4])) return wrong("the fifth part of an ARN is the account, twelve digits");
    if (parts[5] != "function") return wrong("this is no ARN of a Lambda function: its sixth part is not 'function'");
    function.partition = parts[1];
    function.region = parts[3];
    function.account = parts[4];
    before = 6;
  } else if (parts.size() >= 3 && parts[1] == "function") {
    if (!is_account(parts[0])) return wrong("an account has twelve digits");
    function.account = parts[0];
    before = 2;
  }
  if (parts.size() > before + 2) return wrong("after a function's name comes its qualifier alone");
  if (!is_word(parts[before], "-_.")) return wrong("a function's name holds letters, digits, - and _");
  function.name = parts[before];
  if (parts.size() == before + 2) {
    if (!is_qualifier(parts[before + 1])) return wrong("a qualifier is a version, an alias or $LATEST");
    function.qualifier = parts[before + 1];
    text.remove_suffix(function.qualifier.size() + 1);
  }
  function.id = text;
  return function;
}

std::string lambda_host(std::string_view region) {
  std::string host = "lambda." + std::string(region) + ".";
  for (const Partition& partition : partitions) {
    if (region.starts_with(partition.regions)) return host.append(partition.suffix);
  }
  return host.append("amazonaws.com");
}

std::string invoke_path(const Function& function, Invocation invocation) {
  std::string path = invocation == Invocation::stream ? "/2021-11-15/functions/" : "/2015-03-31/functions/";
  path += percent_encoded(function.id);
  path += invocation == Invocation::stream ? "/response-streaming-invocations" : "/invocations";
  if (!function.qualifier.empty()) path += "?Qualifier=" + percent_encoded(function.qualifier);
  return path;
}

Fields invoke_headers(Invocation invocation) {
  const char* type = invocation == Invocation::event ? "Event" : "RequestResponse";
  return {{"content-type", "application/json"}, {"x-amz-invocation-type", type}};
}

}  // namespace weir::lambda
