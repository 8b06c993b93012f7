// broken_config.hpp: a weir.yaml that is wrong: where the error is, and what it says.
#pragma once

#include "config/a_config.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <utility>

namespace weir::config {

struct Broken {
  std::string name;
  std::string text;
  int line;
  int column;
  std::string message;
};

inline void PrintTo(const Broken& broken, std::ostream* out) { *out << broken.name; }

// Lines at the top level, the first of them is line 4.
inline Broken lines(std::string name, const std::string& text, int line, int column, std::string message) {
  return {std::move(name), with_lines(text), line, column, std::move(message)};
}

// `plain.txt` is there, and is no PEM.
class BrokenConfig : public testing::TestWithParam<Broken> {
 protected:
  BrokenConfig() {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "plain.txt") << "hello";
  }
  ~BrokenConfig() override { std::filesystem::remove_all(folder); }

  // Its error is among those that are found, where it is.
  void expect_error(const Broken& broken) const {
    const auto errors = errors_of(broken.text, no_environment(), folder);
    const auto place = [&](const Error& e) { return e.line == broken.line && e.column == broken.column; };
    const auto found = std::ranges::find_if(
        errors, [&](const Error& e) { return place(e) && e.message.find(broken.message) != std::string::npos; });
    EXPECT_NE(found, errors.end()) << "expected " << broken.line << ":" << broken.column << ": " << broken.message
                                   << "\ngot " << testing::PrintToString(errors);
  }

  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("broken-config-" + std::to_string(getpid()));
};

inline std::string name_of(const testing::TestParamInfo<Broken>& info) { return info.param.name; }

}  // namespace weir::config
