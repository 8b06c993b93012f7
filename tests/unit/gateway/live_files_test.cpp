#include "gateway/live_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace weir::gateway {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;

const RenderOptions in_a_folder{.admin_socket = "/run/weir/admin.sock", .folder = "/run/weir"};

config::Config with_upstream(const std::string& name, std::uint16_t port = 9000) {
  config::Config config;
  config.upstreams = {{.name = name, .host = "127.0.0.1", .port = port}};
  config.routes = {{.path = "", .below = true, .upstream = name}};
  config.admin.reset();
  return config;
}

config::Config with_claim(const std::string& claim) {
  config::Config config = with_upstream("local");
  config.jwt = {
      .issuer = "https://id.example.com", .jwks = {.name = {}, .host = "127.0.0.1", .path = "/keys"}, .audiences = {}};
  config.limits = {{.name = "a", .key = {{.kind = config::KeySource::Kind::jwt, .name = claim}}}};
  return config;
}

json::array parts_of(const Discovery& file) { return json::parse(file.text).at("resources").as_array(); }

std::vector<std::string> names_in(const Discovery& file) {
  std::vector<std::string> names;
  for (const json::value& part : parts_of(file)) names.emplace_back(part.at("name").as_string());
  return names;
}

std::vector<std::string> claims_in(const Discovery& filters) {
  std::vector<std::string> claims;
  const json::value filter = parts_of(filters).at(0).at("typed_config");
  for (const json::value& one : filter.at_pointer("/providers/weir/claim_to_headers").as_array()) {
    claims.emplace_back(one.at("claim_name").as_string());
  }
  return claims;
}

TEST(LiveFiles, TheListenerStaysTheSameWhateverElseChanges) {
  const config::Config before = with_upstream("local");
  config::Config after = with_claim("sub");
  after.upstreams.push_back({.name = "other", .host = "example.com", .port = 443, .tls = true, .path = "/v2"});
  after.routes.insert(after.routes.begin(), {.path = "/v2", .upstream = "other", .limits = {{"a"}}});
  after.drain = std::chrono::seconds(1);
  after.responses.headers = config::Responses::Headers::x;
  EXPECT_EQ(live_files(before, in_a_folder).listeners, live_files(after, in_a_folder).listeners);
}

TEST(LiveFiles, AnotherCertificateIsNoOtherListener) {
  config::Config before = with_upstream("local");
  before.tls = {.certificate = "/a.crt", .key = "/a.key"};
  config::Config after = before;
  after.tls->certificate = "/b.crt";
  EXPECT_EQ(live_files(before, in_a_folder).listeners, live_files(after, in_a_folder).listeners);
  EXPECT_NE(live_files(before, in_a_folder).secrets, live_files(after, in_a_folder).secrets);
}

TEST(LiveFiles, ACertificateIsReadAgainWhenOurFolderChanges) {
  config::Config config = with_upstream("local");
  config.tls = {.certificate = "/a.crt", .key = "/a.key"};
  const json::value secret = parts_of(live_files(config, in_a_folder).secrets).at(0);
  EXPECT_EQ(secret.at_pointer("/tls_certificate/watched_directory/path"), "/run/weir");
  EXPECT_EQ(secret.at_pointer("/tls_certificate/private_key/filename"), "/a.key");
}

TEST(LiveFiles, WhileRoutesChangeBothUpstreamsAreThere) {
  const Discovery both = clusters_of_both(with_upstream("old"), with_upstream("new"), in_a_folder);
  EXPECT_THAT(names_in(both), ElementsAre("new", "old"));
}

TEST(LiveFiles, OfAnUpstreamThatBothHaveTheNewOneCounts) {
  const config::Config after = with_upstream("local", 9001);
  EXPECT_EQ(clusters_of_both(with_upstream("local", 9000), after, in_a_folder),
            live_files(after, in_a_folder).clusters);
}

TEST(LiveFiles, WhileLimitsChangeTheClaimsOfBothAreThere) {
  EXPECT_THAT(claims_in(filters_of_both(with_claim("sub"), with_claim("plan"))), ElementsAre("plan", "sub"));
}

TEST(LiveFiles, TokensAreVerifiedAsLongAsOneOfTheTwoWantsIt) {
  EXPECT_THAT(claims_in(filters_of_both(with_claim("sub"), with_upstream("local"))), ElementsAre("sub"));
  EXPECT_THAT(claims_in(filters_of_both(with_upstream("local"), with_claim("sub"))), ElementsAre("sub"));
}

TEST(LiveFiles, SettingsSayTheirGeneration) {
  EXPECT_EQ(json::parse(live_settings(with_upstream("local"), 7)).at("generation"), 7);
}

}  // namespace
}  // namespace weir::gateway
