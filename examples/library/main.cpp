// Three calls a minute for each user: the fourth is told how long to wait.
#include <weir/weir.hpp>

#include <chrono>
#include <iostream>

int main() {
  using namespace std::chrono_literals;
  weir::Limiter limiter(weir::gcra(3, 1min));
  for (int call = 1; call <= 4; ++call) {
    const weir::Decision decision = limiter.limit("user:42");
    std::cout << "call " << call << ": " << (decision ? "allowed" : "limited") << ", " << decision.remaining
              << " left\n";
  }
}
