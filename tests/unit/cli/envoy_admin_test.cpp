#include "cli/envoy_admin.hpp"

#include <gtest/gtest.h>

namespace weir::cli {
namespace {

TEST(OpenRequests, AreCountedOverAllServersButTheAdmin) {
  const EnvoyAdmin::Open open = parse_open(
      "http.admin.downstream_rq_active: 1\nhttp.admin.downstream_cx_tx_bytes_buffered: 7\n"
      "http.weir.downstream_rq_active: 3\nhttp.other.downstream_rq_active: 2\n"
      "http.weir.downstream_cx_tx_bytes_buffered: 4096\n");
  EXPECT_EQ(open.requests, 5U);
  EXPECT_EQ(open.bytes, 4096U);
}

TEST(OpenRequests, AreNoneInAnEmptyAnswer) {
  EXPECT_EQ(parse_open("").requests, 0U);
  EXPECT_EQ(parse_open("nonsense\nhttp.weir.downstream_rq_active: x\n").requests, 0U);
}

TEST(EnvoyAdmin, IsSilentWhereNobodyListens) {
  const EnvoyAdmin admin("/nowhere/admin.sock");
  EXPECT_FALSE(admin.is_ready());
  EXPECT_FALSE(admin.drain());
  EXPECT_EQ(admin.open().has_value(), false);
  EXPECT_FALSE(EnvoyAdmin("/" + std::string(200, 'x')).is_ready());
}

TEST(EnvoyAdmin, TheModuleSaysItsGenerationAndItsError) {
  const auto fine = parse_module_status(R"({"generation":7,"error":null})");
  ASSERT_TRUE(fine);
  EXPECT_EQ(fine->generation, 7);
  EXPECT_EQ(fine->error, "");
  EXPECT_EQ(parse_module_status(R"({"generation":7,"error":"no such limit"})")->error, "no such limit");
}

TEST(EnvoyAdmin, WhatIsNoStatusIsNone) {
  for (const char* text : {"", "{}", "[]", "{", R"({"generation":"x"})", "\xFF"})
    EXPECT_FALSE(parse_module_status(text));
}

TEST(EnvoyAdmin, RefusalsAddUp) {
  EXPECT_EQ(sum_of("cluster_manager.cds.update_rejected: 2\nlistener_manager.lds.update_rejected: 1\n"), 3);
  EXPECT_EQ(sum_of(""), 0);
}

}  // namespace
}  // namespace weir::cli
