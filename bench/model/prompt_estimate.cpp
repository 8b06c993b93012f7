// prompt_estimate: reads the body of a request to a model, and prints what its prompt is estimated at, in tokens.
#include "usage/request/body.hpp"

#include <iostream>
#include <iterator>
#include <string>

int main() {
  const std::string body{std::istreambuf_iterator<char>(std::cin), {}};
  weir::usage::RequestReader reader;
  reader.feed(body);
  const auto asked = reader.finish();
  if (!asked) {
    std::cerr << asked.error().sentence() << "\n";
    return 1;
  }
  std::cout << asked->prompt.estimate() << "\n";
}
