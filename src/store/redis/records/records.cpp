#include "store/redis/records/records.hpp"

#include "store/redis/layout/script.hpp"
#include "store/redis/layout/script_text.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

namespace weir::store::redis {

namespace {

using std::chrono::milliseconds;

// Nobody waits who decides; but who gives up before they do would take the connection for a broken one.
Deadline deadline_of(const StoreCore& core) {
  constexpr limits::Nanos patience = std::chrono::seconds(1);
  return core.options().now() + std::max(patience, core.options().timeout);
}

constexpr milliseconds longest = std::chrono::hours(24 * 4000);

const Script& writing() {
  static const Script script = Script::of("records_write", std::string(script_text("records_write")));
  return script;
}

// Takes a number and the blank behind it, if there is one.
template <class Number>
bool take(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  return true;
}

// HGETALL of names: name, "VERSION SIZE", and so on.
Records::Listed listed(const Reply& reply) {
  if (!reply || reply->get().type != Value::Type::array) return std::nullopt;
  const auto items = reply->get().items;
  std::vector<ListedRecord> found;
  found.reserve(items.size() / 2);
  for (std::size_t at = 0; at + 1 < items.size(); at += 2) {
    ListedRecord record{.name = std::string(items[at].text)};
    std::string_view text = items[at + 1].text;
    if (take(text, record.version) && take(text, record.bytes) && text.empty()) found.push_back(std::move(record));
  }
  return found;
}

Records::Fetched fetched(const Reply& reply, std::size_t names) {
  if (!reply || reply->get().type != Value::Type::array || reply->get().items.size() != names) return std::nullopt;
  std::vector<std::string> found;
  found.reserve(names);
  for (const Value& item : reply->get().items) found.emplace_back(item.text);
  return found;
}

RecordsWritten written(const Reply& reply) {
  if (!reply || reply->get().type != Value::Type::integer) return RecordsWritten::unknown;
  return reply->get().integer == 1 ? RecordsWritten::begun : RecordsWritten::added;
}

}  // namespace

void RedisRecords::write(std::string_view group, std::vector<Record> records, limits::Nanos ttl,
                         std::move_only_function<void(RecordsWritten)> done) {
  const auto core = core_.lock();
  if (core == nullptr) return done(RecordsWritten::unknown);
  core->note_first_call();
  ScriptCall call{.script = &writing(), .keys = {slices(group), names(group)}, .arguments = {}};
  call.arguments.push_back(
      std::to_string(std::clamp(std::chrono::ceil<milliseconds>(ttl), milliseconds(1), longest).count()));
  for (Record& record : records) {
    call.arguments.push_back(std::move(record.name));
    call.arguments.push_back(std::to_string(record.version));
    call.arguments.push_back(std::move(record.bytes));
  }
  // What is under way keeps no store alive: at its end it is answered at once.
  boost::asio::post(core->executor(), [weak = core_, call = std::move(call), done = std::move(done)]() mutable {
    const auto its = weak.lock();
    if (its == nullptr) return done(RecordsWritten::unknown);
    call_script(its->client(), call, deadline_of(*its),
                [done = std::move(done)](const Reply& reply) mutable { done(written(reply)); });
  });
}

template <class Result, class Read>
void RedisRecords::ask(Command question, Read read, std::move_only_function<void(Result)> done) {
  const auto core = core_.lock();
  if (core == nullptr) return done(std::nullopt);
  core->note_first_call();
  boost::asio::post(
      core->executor(), [weak = core_, question = std::move(question), read, done = std::move(done)]() mutable {
        const auto its = weak.lock();
        if (its == nullptr) return done(std::nullopt);
        its->client().send(std::move(question), deadline_of(*its),
                           [read, done = std::move(done)](const Reply& reply) mutable { done(read(reply)); });
      });
}

void RedisRecords::list(std::string_view group, std::move_only_function<void(Listed)> done) {
  const std::string key = names(group);
  ask<Listed>(command({"HGETALL", key}, slot_of(key)), &listed, std::move(done));
}

void RedisRecords::fetch(std::string_view group, const std::vector<std::string>& names,
                         std::move_only_function<void(Fetched)> done) {
  const std::string key = slices(group);
  std::vector<std::string_view> words{"HMGET", key};
  words.insert(words.end(), names.begin(), names.end());
  ask<Fetched>(
      command(words, slot_of(key)), [count = names.size()](const Reply& reply) { return fetched(reply, count); },
      std::move(done));
}

}  // namespace weir::store::redis
