#include "store/redis/upstash/ip_deny_list.hpp"

#include "store/redis/layout/script_text.hpp"
#include "store/redis/upstash/deny_list.hpp"
#include "store/redis/upstash/keys.hpp"

#include <boost/asio/ip/address.hpp>

#include <utility>

namespace weir::store::redis::upstash {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

const Script& refresh_script() {
  static const Script script = Script::of("upstash_ip_deny_list", std::string(script_text("upstash_ip_deny_list")));
  return script;
}

std::vector<std::string> refresh_keys(std::string_view prefix) {
  return {deny_list_key(prefix), ip_deny_list_key(prefix), ip_deny_list_status_key(prefix)};
}

bool is_address(std::string_view line) {
  boost::system::error_code error;
  (void)boost::asio::ip::make_address(line, error);
  return !error;
}

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view space = " \t\r";
  const std::size_t first = line.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(space) - first + 1);
}

}  // namespace

std::expected<std::string, std::string> ip_list_source(int threshold) {
  if (threshold < 1 || threshold > 8) {
    return std::unexpected("the threshold of the list of addresses is " + std::to_string(threshold) + ", use 1 to 8");
  }
  return "https://raw.githubusercontent.com/stamparm/ipsum/master/levels/" + std::to_string(threshold) + ".txt";
}

std::vector<std::string> read_ip_list(std::string_view text) {
  std::vector<std::string> addresses;
  while (!text.empty() && addresses.size() < most_addresses) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    if (is_address(line)) addresses.emplace_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return addresses;
}

milliseconds until_refresh(Instant now) {
  constexpr milliseconds day = hours(24);
  const milliseconds past = (std::chrono::floor<milliseconds>(now.time_since_epoch()) - hours(2)) % day;
  return past < milliseconds(0) ? -past : day - past;
}

ScriptCall refresh_call(std::string_view prefix, std::span<const std::string> addresses, Instant now) {
  ScriptCall call{.script = &refresh_script(), .keys = refresh_keys(prefix), .arguments = {}};
  call.arguments.push_back(std::to_string(until_refresh(now).count()));
  call.arguments.insert(call.arguments.end(), addresses.begin(), addresses.end());
  return call;
}

ScriptCall disable_call(std::string_view prefix) {
  return {.script = &refresh_script(), .keys = refresh_keys(prefix), .arguments = {"0"}};
}

IpDenyList::IpDenyList(std::string prefix, std::string source, Send send, Fetch fetch)
    : prefix_(std::move(prefix)), source_(std::move(source)), send_(std::move(send)), fetch_(std::move(fetch)) {}

std::shared_ptr<IpDenyList> IpDenyList::make(std::string prefix, std::string source, Send send, Fetch fetch) {
  return std::shared_ptr<IpDenyList>(
      new IpDenyList(std::move(prefix), std::move(source), std::move(send), std::move(fetch)));
}

void IpDenyList::tick(Instant now) {
  if (busy_ || now < next_) return;
  busy_ = true;
  next_ = now + between_questions;
  send_(deny_call(prefix_, {}), [self = shared_from_this(), now](const Reply& reply) { self->asked(reply, now); });
}

void IpDenyList::asked(const Reply& reply, Instant now) {
  if (!reply) return rest("Redis did not say whether the list of addresses is due");
  const auto answer = read_denied(reply->get(), 0);
  if (!answer) return rest(std::string(reply->get().text));
  if (!answer->ip_list_is_due) return rest({});
  fetch_(source_, [self = shared_from_this(), now](const auto& text) { self->fetched(text, now); });
}

void IpDenyList::fetched(const std::expected<std::string, std::string>& text, Instant now) {
  if (!text) return rest("the list of addresses could not be fetched: " + text.error());
  const std::vector<std::string> addresses = read_ip_list(*text);
  if (addresses.empty()) return rest("there are no addresses at " + source_);
  send_(refresh_call(prefix_, addresses, now), [self = shared_from_this()](const Reply& reply) {
    const bool written = reply && reply->get().type == Value::Type::integer;
    self->rest(written ? std::string() : "the list of addresses could not be written");
  });
}

void IpDenyList::rest(std::string error) {
  last_error_ = std::move(error);
  busy_ = false;
}

}  // namespace weir::store::redis::upstash
