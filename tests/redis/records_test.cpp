// What processes tell each other of what they counted, on real servers.
#include "store/records.hpp"

#include "redis_cluster.hpp"
#include "redis_server.hpp"
#include "store_user.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::shared_ptr<Store> store_at(const std::string& url, OpenOptions options = {}) {
  return open_redis_store(url, std::move(options)).value();
}
std::string url_of(const RedisServer& server) { return "redis://" + server.address(); }

RecordsWritten written(Store& store, std::string_view group, std::vector<Record> records, Nanos ttl = 60s) {
  std::promise<RecordsWritten> promise;
  store.records()->write(group, std::move(records), ttl, [&](RecordsWritten how) { promise.set_value(how); });
  return promise.get_future().get();
}

Records::Listed listed(Store& store, std::string_view group) {
  std::promise<Records::Listed> promise;
  store.records()->list(group, [&](Records::Listed found) { promise.set_value(std::move(found)); });
  return promise.get_future().get();
}

Records::Fetched fetched(Store& store, std::string_view group, const std::vector<std::string>& names) {
  std::promise<Records::Fetched> promise;
  store.records()->fetch(group, names, [&](Records::Fetched found) { promise.set_value(std::move(found)); });
  return promise.get_future().get();
}

std::vector<std::pair<std::string, std::uint64_t>> versions(Store& store, std::string_view group) {
  std::vector<std::pair<std::string, std::uint64_t>> found;
  const std::vector<ListedRecord> records = listed(store, group).value();
  for (const ListedRecord& record : records) found.emplace_back(record.name, record.version);
  return found;
}

// Any error counts as none.
long long time_to_live(const RedisServer& server, const std::string& key) {
  return std::atoll(server.cli({"PTTL", key}).c_str());
}

TEST(RedisRecords, AreReadByOthersAsTheyWereWritten) {
  RedisServer server;
  const auto one = store_at(url_of(server));
  const auto other = store_at(url_of(server));
  const std::string bytes("\0 \r\n{x}\xFF", 8);
  EXPECT_EQ(written(*one, "day", {{"a", 1, bytes}, {bytes, 7, "b"}}), RecordsWritten::begun);
  EXPECT_THAT(versions(*other, "day"), UnorderedElementsAre(Pair("a", 1), Pair(bytes, 7)));
  EXPECT_THAT(fetched(*other, "day", {"a", "none", bytes}), Optional(ElementsAre(bytes, "", "b")));
  EXPECT_THAT(listed(*other, "another day"), Optional(IsEmpty()));
  const std::vector<ListedRecord> records = listed(*other, "day").value();
  for (const ListedRecord& record : records) {
    EXPECT_EQ(record.bytes, record.name == "a" ? bytes.size() : 1U);
  }
}

TEST(RedisRecords, AreReplacedAsAWholeAndNeverByOlderOnes) {
  RedisServer server;
  const auto store = store_at(url_of(server));
  EXPECT_EQ(written(*store, "day", {{"a", 2, "two"}}), RecordsWritten::begun);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(written(*store, "day", {{"a", 3, "three"}}), RecordsWritten::added);
  EXPECT_EQ(written(*store, "day", {{"a", 2, "two"}}), RecordsWritten::added);
  EXPECT_THAT(fetched(*store, "day", {"a"}), Optional(ElementsAre("three")));
  EXPECT_THAT(versions(*store, "day"), ElementsAre(Pair("a", 3)));
}

TEST(RedisRecords, ThatAreEmptyAreGone) {
  RedisServer server;
  const auto store = store_at(url_of(server));
  written(*store, "day", {{"a", 1, "x"}, {"b", 2, "y"}});
  written(*store, "day", {{"a", 3, ""}});
  EXPECT_THAT(versions(*store, "day"), ElementsAre(Pair("b", 2)));
  written(*store, "day", {{"b", 4, ""}});
  EXPECT_EQ(server.cli({"DBSIZE"}), "0");
  EXPECT_EQ(written(*store, "day", {{"c", 5, "z"}}), RecordsWritten::begun);
}

TEST(RedisRecords, AllLiveForATimeThatNeverGetsShorter) {
  RedisServer server;
  const auto store = store_at(url_of(server));
  const std::vector<std::string> keys{"weir:{analytics:day}:slices", "weir:{analytics:day}:names"};
  const auto all_live_for = [&](Nanos least, Nanos most) {
    for (const std::string& key : keys) {
      const auto left = std::chrono::milliseconds(time_to_live(server, key));
      EXPECT_GT(left, least) << key;
      EXPECT_LE(left, most) << key;
    }
    EXPECT_THAT(keys_without_ttl(server), IsEmpty());
  };
  written(*store, "day", {{"a", 1, "x"}}, 10min);
  all_live_for(9min, 10min);
  written(*store, "day", {{"b", 2, "x"}}, 1h);
  all_live_for(59min, 1h);
  written(*store, "day", {{"b", 3, "y"}}, 1min);
  all_live_for(59min, 1h);
  written(*store, "day", {{"b", 4, ""}}, 2h);
  all_live_for(119min, 2h);
  for (const std::string& key : keys) server.cli({"PERSIST", key});
  written(*store, "day", {{"a", 5, "x"}}, 10min);  // one that lost its time gets one
  all_live_for(9min, 10min);
}

TEST(RedisRecords, StayWithoutATimeNowhereWhenOneOfTheirKeysIsSomebodyElses) {
  for (const std::string key : {"weir:{analytics:day}:slices", "weir:{analytics:day}:names"}) {
    RedisServer server;
    const auto store = store_at(url_of(server));
    server.cli({"SET", key, "x"});
    EXPECT_EQ(written(*store, "day", {{"a", 1, "x"}}), RecordsWritten::unknown);
    EXPECT_THAT(keys_without_ttl(server), ElementsAre(key));  // what was there before, as it was
    EXPECT_EQ(server.cli({"DBSIZE"}), "1");
  }
}

TEST(RedisRecords, AreNotWrittenToARedisThatIsFullAndAreOnceItIsNot) {
  RedisServer server;
  const auto store = store_at(url_of(server));
  ASSERT_EQ(written(*store, "day", {{"a", 1, "one"}}), RecordsWritten::begun);
  server.cli({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_EQ(written(*store, "day", {{"a", 2, "two"}, {"b", 3, "three"}}), RecordsWritten::unknown);
  EXPECT_THAT(fetched(*store, "day", {"a", "b"}), Optional(ElementsAre("one", "")));  // all of it or nothing
  server.cli({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(written(*store, "day", {{"a", 2, "two"}, {"b", 3, "three"}}), RecordsWritten::added);
  EXPECT_THAT(fetched(*store, "day", {"a", "b"}), Optional(ElementsAre("two", "three")));
  EXPECT_THAT(keys_without_ttl(server), IsEmpty());
}

TEST(RedisRecords, AreUnknownWhileRedisIsAwayAndBegunWhenItHasForgotten) {
  RedisServer server;
  const auto store = store_at(url_of(server));
  ASSERT_EQ(written(*store, "day", {{"a", 1, "x"}}), RecordsWritten::begun);
  server.kill();
  EXPECT_EQ(written(*store, "day", {{"a", 2, "y"}}), RecordsWritten::unknown);
  EXPECT_EQ(listed(*store, "day"), std::nullopt);
  EXPECT_EQ(fetched(*store, "day", {"a"}), std::nullopt);
  server.start();
  RecordsWritten how = RecordsWritten::unknown;
  EXPECT_TRUE(becomes_true([&] {
    how = written(*store, "day", {{"a", 2, "y"}});
    return how != RecordsWritten::unknown;
  }));
  EXPECT_EQ(how, RecordsWritten::begun);
}

TEST(RedisRecords, OfARedisThatStandsStillAreUnknownAndCountOnceAfterwards) {
  RedisServer server;
  const auto store = store_at(url_of(server));
  ASSERT_EQ(written(*store, "day", {{"a", 1, "x"}}), RecordsWritten::begun);
  server.stop();
  EXPECT_EQ(written(*store, "day", {{"a", 2, "y"}}), RecordsWritten::unknown);
  server.cont();
  EXPECT_TRUE(
      becomes_true([&] { return written(*store, "day", {{"a", 3, "z"}, {"b", 4, "b"}}) == RecordsWritten::added; }));
  EXPECT_THAT(fetched(*store, "day", {"a", "b"}), Optional(ElementsAre("z", "b")));
}

TEST(RedisRecords, AreTakenByAServerThatKnowsNoScripts) {
  RedisServer server;
  const auto store = store_at(url_of(server));
  written(*store, "day", {{"a", 1, "x"}});
  server.cli({"SCRIPT", "FLUSH"});
  EXPECT_EQ(written(*store, "day", {{"a", 2, "y"}}), RecordsWritten::added);
}

TEST(RedisRecords, OfEveryNamespaceAreItsOwn) {
  RedisServer server;
  OpenOptions options;
  options.store.name_space = "other";
  const auto one = store_at(url_of(server));
  const auto other = store_at(url_of(server), options);
  written(*one, "day", {{"a", 1, "x"}});
  EXPECT_THAT(listed(*other, "day"), Optional(IsEmpty()));
  EXPECT_EQ(written(*other, "day", {{"a", 1, "y"}}), RecordsWritten::begun);
}

TEST(RedisRecords, AreNotOfLayoutUpstash) {
  RedisServer server;
  OpenOptions options;
  options.layout = OpenOptions::Layout::upstash;
  EXPECT_EQ(store_at(url_of(server), options)->records(), nullptr);
}

TEST(RedisRecords, LieInTheNearestRegion) {
  RedisServer near;
  RedisServer far;
  OpenOptions options;
  options.regions = {url_of(far)};
  const auto store = store_at(url_of(near), options);
  ASSERT_EQ(written(*store, "day", {{"a", 1, "x"}}), RecordsWritten::begun);
  EXPECT_EQ(near.cli({"EXISTS", "weir:{analytics:day}:slices"}), "1");
  EXPECT_EQ(far.cli({"DBSIZE"}), "0");
}

TEST(RedisRecords, LieAllOverACluster) {
  RedisCluster cluster;
  const auto store = store_at("redis+cluster://127.0.0.1:" + std::to_string(cluster.address(0).port));
  for (int day = 0; day < 20; ++day) {
    const std::string group = std::to_string(day);
    EXPECT_EQ(written(*store, group, {{"a", 1, group}}), RecordsWritten::begun);
  }
  for (int day = 0; day < 20; ++day) {
    EXPECT_THAT(fetched(*store, std::to_string(day), {"a"}), Optional(ElementsAre(std::to_string(day))));
  }
}

TEST(RedisRecords, EndWithTheirStore) {
  RedisServer server;
  auto store = store_at(url_of(server));
  const auto records = store->records();
  ASSERT_EQ(written(*store, "day", {{"a", 1, "x"}}), RecordsWritten::begun);
  store.reset();
  RecordsWritten how = RecordsWritten::added;
  records->write("day", {{"a", 2, "y"}}, 60s, [&](RecordsWritten told) { how = told; });
  EXPECT_EQ(how, RecordsWritten::unknown);
}

TEST(RedisRecords, UnderWayAreGivenUpWithTheirStoreWhateverRedisDoes) {
  RedisServer server;
  OpenOptions options;
  options.store.timeout = 10h;  // or this test never ends
  auto store = store_at(url_of(server), options);
  ASSERT_EQ(written(*store, "day", {{"a", 1, "x"}}), RecordsWritten::begun);
  server.stop();
  std::promise<RecordsWritten> how;
  store->records()->write("day", {{"a", 2, "y"}}, 60s, [&](RecordsWritten told) { how.set_value(told); });
  std::promise<Records::Listed> found;
  store->records()->list("day", [&](Records::Listed told) { found.set_value(std::move(told)); });
  store.reset();
  EXPECT_EQ(how.get_future().get(), RecordsWritten::unknown);
  EXPECT_EQ(found.get_future().get(), std::nullopt);
  server.cont();
}

}  // namespace
}  // namespace weir::store::redis
