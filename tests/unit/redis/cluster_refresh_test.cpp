#include "store/redis/cluster/cluster_refresh.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <utility>

namespace weir::store::redis {
namespace {

TEST(ClusterRefresh, EndsWhenNoNodeCanBeAsked) {
  boost::asio::io_context io;
  const auto nodes = std::make_shared<ClusterNodes>([](const HostPort&) { return std::shared_ptr<Client>(); });
  nodes->close();
  std::optional<std::expected<Topology, ClusterRefresh::Failed>> told;
  ClusterRefresh::start(io.get_executor(), nodes, {{"h", 1}, {"h", 2}}, std::chrono::steady_clock::now(),
                        [&](auto topology) { told = std::move(topology); });
  EXPECT_FALSE(told) << "told inside start()";
  io.run();
  ASSERT_TRUE(told);
  ASSERT_FALSE(*told);
  EXPECT_EQ(told->error().sentence, "no node of the Cluster can be asked who serves what");
}

}  // namespace
}  // namespace weir::store::redis
