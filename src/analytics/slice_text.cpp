#include "analytics/slice_text.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace weir::analytics {

namespace {

constexpr char version = 1;

void put(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}
void put_signed(std::string& out, std::int64_t number) {
  put(out, static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63));
}
void put(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint64_t>(text.size()));
  out += text;
}
void put(std::string& out, const HeavyHitters& ranking, std::size_t most) {
  if (ranking.size() > most) {
    HeavyHitters kept = ranking;
    kept.keep(most);
    return put(out, kept, most);
  }
  put_signed(out, ranking.error());
  put(out, static_cast<std::uint64_t>(ranking.size()));
  ranking.each([&](std::uint64_t, std::string_view key, std::int64_t count) {
    put(out, key);
    put_signed(out, count);
  });
}

// What is wrong once stays so: everything that is read after it is empty.
class Reading {
 public:
  explicit Reading(std::string_view text) : rest_(text) {}
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }
  std::int64_t signed_number() {
    const std::uint64_t value = number();
    const std::uint64_t size = (value >> 1) + (value & 1);
    if (size > most_in_all - total_) return static_cast<std::int64_t>(fail());
    total_ += size;
    return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1)));
  }
  // How many things follow, each of at least one byte.
  std::uint64_t count() {
    const std::uint64_t value = number();
    return value > rest_.size() ? fail() : value;
  }
  std::string_view text() {
    const std::string_view found = rest_.substr(0, count());
    rest_.remove_prefix(found.size());
    return failed_ ? std::string_view{} : found;
  }
  std::uint64_t fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }

 private:
  // Of all counts of a slice, whatever their sign: hundreds of slices add up without an overflow.
  static constexpr std::uint64_t most_in_all = std::uint64_t{1} << 54;

  std::string_view rest_;
  std::uint64_t total_ = 0;
  bool failed_ = false;
};

HeavyHitters read_ranking(Reading& in, const HashOfKey& hash) {
  const std::int64_t error = in.signed_number();
  const std::uint64_t size = in.count();
  HeavyHitters ranking(std::bit_ceil(size * 8 + HeavyHitters::least_slots));  // a bound: it grows as it is filled
  for (std::uint64_t at = 0; at < size && !in.failed(); ++at) {
    const std::string_view key = in.text();
    const std::int64_t count = in.signed_number();
    if (count <= 0) in.fail();
    if (!in.failed()) ranking.add(hash(key), key, count);
  }
  if (error < 0) in.fail();
  ranking.add_error(error);
  return ranking;
}

LimitPart read_limit(Reading& in, const HashOfKey& hash) {
  LimitPart part;
  Millis t = 0;
  for (std::uint64_t left = in.count(); left > 0 && !in.failed(); --left) {
    Point point{.t = t += in.signed_number(), .counts = {}};
    for (std::int64_t Counts::* const member :
         {&Counts::allowed, &Counts::limited, &Counts::denied, &Counts::shadowed, &Counts::cost}) {
      point.counts.*member = in.signed_number();
    }
    if (!part.points.empty() && part.points.back().t >= point.t) in.fail();
    part.points.push_back(point);
  }
  for (HeavyHitters& top : part.tops) top = read_ranking(in, hash);
  return part;
}

}  // namespace

std::string slice_text(const Slice& slice, std::size_t most) {
  std::string out(1, version);
  put(out, static_cast<std::uint64_t>(slice.limits.size()));
  for (const auto& [name, part] : slice.limits) {
    put(out, name);
    put(out, static_cast<std::uint64_t>(part.points.size()));
    Millis t = 0;
    for (const Point& point : part.points) {
      put_signed(out, point.t - std::exchange(t, point.t));
      for (const std::int64_t count : {point.counts.allowed, point.counts.limited, point.counts.denied,
                                       point.counts.shadowed, point.counts.cost}) {
        put_signed(out, count);
      }
    }
    for (const HeavyHitters& top : part.tops) put(out, top, most);
  }
  put(out, static_cast<std::uint64_t>(slice.models.size()));
  for (const auto& [name, tokens] : slice.models) {
    put(out, name.upstream);
    put(out, name.model);
    for (const std::int64_t count : tokens.of) put_signed(out, count);
    put_signed(out, tokens.priced);
  }
  for (const HeavyHitters& keys : slice.keys) put(out, keys, most);
  put(out, static_cast<std::uint64_t>(slice.lambdas.size()));
  for (const auto& [name, count] : slice.lambdas) {
    put(out, name.function);
    put(out, name.outcome);
    put(out, name.reason);
    put_signed(out, count);
  }
  return out;
}

std::optional<Slice> read_slice(std::string_view text, const HashOfKey& hash) {
  if (text.empty() || text.front() != version) return std::nullopt;
  Reading in(text.substr(1));
  Slice slice;
  for (std::uint64_t left = in.count(); left > 0 && !in.failed(); --left) {
    const std::string name(in.text());
    slice.limits.insert_or_assign(name, read_limit(in, hash));
  }
  for (std::uint64_t left = in.count(); left > 0 && !in.failed(); --left) {
    ModelName name{.upstream = std::string(in.text()), .model = std::string(in.text())};
    Tokens tokens;
    for (std::int64_t& count : tokens.of) count = in.signed_number();
    tokens.priced = in.signed_number();
    slice.models.insert_or_assign(std::move(name), tokens);
  }
  for (HeavyHitters& keys : slice.keys) keys = read_ranking(in, hash);
  for (std::uint64_t left = in.count(); left > 0 && !in.failed(); --left) {
    LambdaName name{
        .function = std::string(in.text()), .outcome = std::string(in.text()), .reason = std::string(in.text())};
    slice.lambdas.insert_or_assign(std::move(name), in.signed_number());
  }
  if (in.failed() || !in.at_end()) return std::nullopt;
  return slice;
}

}  // namespace weir::analytics
