#include "a_service.hpp"

#include "api/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace weir::api {
namespace {

namespace json = boost::json;

json::value description() { return ask(AService(), "GET", "/openapi.json").json(); }

std::string lower_case(std::string_view method) {
  std::string text(method);
  for (char& c : text) c = static_cast<char>(c | 0x20);
  return text;
}

TEST(OpenApi, DescribesEveryCallAndNoOther) {
  std::set<std::string> described;
  const json::value document = description();
  for (const auto& [path, calls] : document.at("paths").as_object()) {
    for (const auto& [method, call] : calls.as_object()) {
      described.insert(std::string(method) + " " + std::string(path));
    }
  }
  std::set<std::string> answered;
  for (const Route& route : routes()) answered.insert(lower_case(route.method) + " " + std::string(route.path));
  EXPECT_EQ(described, answered);
}

// Every {name} of a path is described, and every reference leads somewhere.
TEST(OpenApi, IsWhole) {
  const json::value document = description();
  EXPECT_EQ(document.at("openapi"), "3.1.0");
  const auto& components = document.at("components");
  const auto follow = [&](const json::value& value) -> const json::value& {
    const auto* reference = value.as_object().if_contains("$ref");
    if (reference == nullptr) return value;
    std::string path(reference->as_string());
    return document.at_pointer(path.substr(1));
  };
  std::set<std::string> operations;
  for (const auto& [path, calls] : document.at("paths").as_object()) {
    for (const auto& [method, call] : calls.as_object()) {
      std::string unnamed(path);
      if (const auto* parameters = call.as_object().if_contains("parameters")) {
        for (const json::value& parameter : parameters->as_array()) {
          const std::string name = "{" + std::string(follow(parameter).at("name").as_string()) + "}";
          if (const auto at = unnamed.find(name); at != std::string::npos) unnamed.erase(at, name.size());
        }
      }
      EXPECT_EQ(unnamed.find('{'), std::string::npos) << path;
      EXPECT_TRUE(operations.insert(std::string(call.at("operationId").as_string())).second) << path;
      for (const auto& [status, response] : call.at("responses").as_object()) {
        EXPECT_NO_THROW((void)follow(response).at("description")) << path << " " << status;
      }
    }
  }
  EXPECT_TRUE(components.at("securitySchemes").as_object().contains("token"));
}

}  // namespace
}  // namespace weir::api
