#include "gateway/jwt_claim_header.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

TEST(JwtClaimHeader, APlainClaimKeepsItsName) { EXPECT_EQ(jwt_claim_header("sub"), "x-weir-jwt-sub"); }

TEST(JwtClaimHeader, ClaimsThatDifferInCaseHaveHeadersOfTheirOwn) {
  EXPECT_EQ(jwt_claim_header("Plan"), "x-weir-jwt-%50lan");
  EXPECT_NE(jwt_claim_header("Plan"), jwt_claim_header("plan"));
}

TEST(JwtClaimHeader, WhatNoHeaderNameMayHaveIsEncoded) {
  EXPECT_EQ(jwt_claim_header("a:b c"), "x-weir-jwt-a%3ab%20c");
  EXPECT_EQ(jwt_claim_header("\xC3\xA9"), "x-weir-jwt-%c3%a9");
}

TEST(JwtClaimHeader, NoClaimCanSpellAnothersEncoding) {
  EXPECT_NE(jwt_claim_header("%50lan"), jwt_claim_header("Plan"));
}

}  // namespace
}  // namespace weir::gateway
