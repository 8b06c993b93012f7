// That the Cluster which other tests are held against does what they ask of it.
#include "redis_cluster.hpp"

#include <gtest/gtest.h>

namespace weir::store::redis {
namespace {

TEST(RedisCluster, ServesEverySlotAndHandsOneOver) {
  RedisCluster cluster;
  EXPECT_EQ(cluster.owner_of(0), 0U);
  EXPECT_EQ(cluster.owner_of(8'000), 1U);
  EXPECT_EQ(cluster.owner_of(16'383), 2U);

  const std::string key = RedisCluster::key_of(5);
  ASSERT_EQ(cluster.cli(0, {"SET", key, "kept"}), "OK");
  cluster.migrate(5, 0, 2);
  EXPECT_EQ(cluster.owner_of(5), 2U);
  EXPECT_EQ(cluster.cli(2, {"GET", key}), "kept");
}

TEST(RedisCluster, AReplicaFollowsAMasterThatDied) {
  RedisCluster cluster;
  cluster.node(1).kill();
  EXPECT_TRUE(becomes_true([&] { return cluster.owner_of(8'000) == 4; }));
}

}  // namespace
}  // namespace weir::store::redis
