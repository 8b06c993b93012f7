#include "store/regions/request_names.hpp"

#include "limits/wide.hpp"

#include <cstddef>
#include <mutex>
#include <random>
#include <string_view>
#include <utility>

namespace weir::store {

std::string request_name(std::uint64_t high, std::uint64_t low) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr int length = 16;
  limits::UnsignedWide bits = limits::UnsignedWide{high} << 64U | low;
  std::string name;
  for (int i = 0; i < length; ++i) {
    name += letters[static_cast<std::size_t>(bits % letters.size())];
    bits /= letters.size();
  }
  return name;
}

struct RequestNames::Drawn {
  std::random_device seed{};
  mutable std::mutex mutex{};
  std::mt19937_64 high{std::uint64_t{seed()} << 32U | seed()};
  std::mt19937_64 low{std::uint64_t{seed()} << 32U | seed()};
  Names under_way{};
};

RequestNames::RequestNames() : drawn_(std::make_shared<Drawn>()) {}

RequestName RequestNames::draw() {
  const std::scoped_lock lock(drawn_->mutex);
  std::string name = request_name(drawn_->high(), drawn_->low());
  drawn_->under_way.insert(name);
  const auto end = [drawn = drawn_](const std::string* ended) {
    const std::unique_ptr<const std::string> owned(ended);
    const std::scoped_lock guard(drawn->mutex);
    drawn->under_way.erase(*owned);
  };
  return {new std::string(std::move(name)), end};
}

void RequestNames::find_under_way(const Requests& known, Names& found) const {
  const std::scoped_lock lock(drawn_->mutex);
  if (known.size() < drawn_->under_way.size()) {
    for (const auto& [name, units] : known) {
      if (drawn_->under_way.contains(name)) found.insert(name);
    }
  } else {
    for (const std::string& name : drawn_->under_way) {
      if (known.contains(name)) found.insert(name);
    }
  }
}

}  // namespace weir::store
