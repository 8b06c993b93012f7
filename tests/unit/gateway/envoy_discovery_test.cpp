#include "gateway/envoy_discovery.hpp"

#include <gtest/gtest.h>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace weir::gateway {
namespace {

namespace json = boost::json;

json::array part(const char* name) { return {json::object{{"name", name}}}; }

TEST(Discovery, EachPartSaysItsType) {
  const json::value file = json::parse(discovery("type.googleapis.com/a.B", part("x")).text);
  EXPECT_EQ(file.at_pointer("/resources/0"), json::parse(R"({"name":"x","@type":"type.googleapis.com/a.B"})"));
}

TEST(Discovery, TheVersionStandsForTheContent) {
  const Discovery file = discovery("type", part("x"));
  EXPECT_EQ(json::parse(file.text).at("version_info"), json::value(file.version));
  EXPECT_EQ(file, discovery("type", part("x")));
  EXPECT_NE(file.version, discovery("type", part("y")).version);
}

}  // namespace
}  // namespace weir::gateway
