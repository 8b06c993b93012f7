// A function that answers in a stream, with a limit for each user that all its instances share.
#include <weir/analytics.hpp>
#include <weir/lambda.hpp>
#include <weir/redis.hpp>
#include <weir/weir.hpp>

#include <boost/json/src.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <expected>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

// 100/1m
std::optional<weir::Rule> sliding_window(std::string_view rate) {
  static const std::map<std::string_view, std::chrono::nanoseconds> units{{"ms", 1ms}, {"s", 1s},  {"m", 1min},
                                                                          {"h", 1h},   {"d", 24h}, {"w", 7 * 24h}};
  const char* const end = rate.data() + rate.size();
  std::int64_t count = 0;
  const auto [slash, bad_count] = std::from_chars(rate.data(), end, count);
  if (bad_count != std::errc{} || slash == end || *slash != '/') return std::nullopt;
  std::int32_t length = 0;
  const auto [word, bad_length] = std::from_chars(slash + 1, end, length);
  const auto unit = units.find(std::string_view(word, end));
  if (bad_length != std::errc{} || unit == units.end()) return std::nullopt;
  const auto period = std::chrono::duration<double, std::nano>(unit->second) * length;
  if (period > 100 * 365 * 24h) return std::nullopt;
  const weir::Rule rule = weir::sliding_window(count, unit->second * length);
  return weir::validate(rule) ? std::optional(rule) : std::nullopt;
}

std::string variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

std::expected<std::shared_ptr<weir::Store>, std::string> store(const std::string& url) {
  if (url == "memory") return weir::memory_store();
  weir::RedisStoreOptions options;
  options.on_notice = [](std::string_view sentence) { std::cerr << "store: " << sentence << '\n'; };
  return weir::redis_store(url, std::move(options));
}

std::optional<std::string> user_of(const std::string& event) {
  boost::system::error_code error;
  const json::value value = json::parse(event, error);
  const json::object* object = error ? nullptr : value.if_object();
  const json::value* user = object == nullptr ? nullptr : object->if_contains("user");
  if (user == nullptr || !user->is_string() || user->get_string().empty()) return std::nullopt;
  return std::string(user->get_string());
}

}  // namespace

int main() {
  const auto rule = sliding_window(variable("WEIR_RATE", "100/1m"));
  if (!rule) return weir::lambda::init_error({"Function.BadRate", "WEIR_RATE must be like 100/1m"});
  const auto counters = store(variable("WEIR_STORE", "memory"));
  if (!counters) return weir::lambda::init_error({"Function.BadStore", "WEIR_STORE: " + counters.error()});
  weir::Limiter limiter(*rule, {.name = "lambda-cpp", .store = *counters});
  const weir::Analytics analytics(*counters);  // written to Redis between an answer and the next event
  const auto counted = analytics.limit("lambda-cpp");

  return weir::lambda::run(
      [&](const weir::lambda::Event& event, weir::lambda::Stream& answer) -> std::expected<void, weir::lambda::Error> {
        const auto user = user_of(event.body);
        if (!user)
          return std::unexpected(weir::lambda::Error{"Function.BadEvent", R"(the event must be {"user":"..."})"});
        const weir::Decision decision = limiter.limit(*user);
        counted.record(*user, decision);
        answer.content_type("text/plain; charset=utf-8");
        answer.write(json::serialize(json::object{{"allowed", decision.allowed}, {"remaining", decision.remaining}}) +
                     "\n");
        const char* const lines[] = {"one for the money\n", "two for the show\n", "three to get ready\n",
                                     "and four to go\n"};
        for (const char* const line : lines) {
          if (!answer.write(decision ? line : "later\n")) break;
        }
        return {};
      });
}
