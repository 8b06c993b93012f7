// decisions.cpp: how many decisions a second one thread gets from a Redis, and how long each takes.
//
//   redis_decisions URL [--ask WHAT] [--rule RULE] [--keys N] [--callers N | --a-second N] [--seconds S]
//
//   --ask decisions   a limiter over the store, many keys a script call (the store's own way)
//         single      the same, but one key and one cost a script call
//         upstash     the same as `decisions`, in layout upstash
//         lease       in lease mode, by limit(), one call after the other; the store has a thread of its own
//         get         GET of the key that a decision would write, by the client beneath the store: a raw round trip
//         script      nothing: prints the script call of one key as JSON, for redis-benchmark
//   --rule            gcra, or sliding_window
//
// One JSON line. The limiter is asked by async_limit(), as users ask it, on an io_context that this one thread runs.
#include "load.hpp"
#include "store/redis/client/client_options.hpp"
#include "store/redis/native/layout.hpp"
#include "store/redis/store/open_store.hpp"
#include "store/url/store_url.hpp"

#include <weir/asio.hpp>
#include <weir/redis.hpp>
#include <weir/weir.hpp>

#include <boost/asio/bind_executor.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace std::chrono_literals;
namespace redis = weir::store::redis;

struct Options {
  std::string url;
  std::string ask = "decisions";
  std::string rule = "gcra";
  std::uint64_t keys = 100'000;
  std::size_t callers = 1'024;
  double a_second = 0;
  double seconds = 1;
};

Options options_of(std::span<char*> words) {
  if (words.size() < 2 || words.size() % 2 != 0) throw std::invalid_argument("URL, then options in pairs");
  Options options{.url = words[1]};
  for (std::size_t at = 2; at < words.size(); at += 2) {
    const std::string_view name = words[at];
    const std::string value = words[at + 1];
    if (name == "--ask") {
      options.ask = value;
    } else if (name == "--rule") {
      options.rule = value;
    } else if (name == "--keys") {
      options.keys = std::stoull(value);
    } else if (name == "--callers") {
      options.callers = std::stoull(value);
    } else if (name == "--a-second") {
      options.a_second = std::stod(value);
    } else if (name == "--seconds") {
      options.seconds = std::stod(value);
    } else {
      throw std::invalid_argument("no such option: " + std::string(name));
    }
  }
  return options;
}

// No load reaches these, and a key that was called stays for longer than it takes to be called again: a unit of the
// bucket takes 10 s.
weir::Rule rule_of(const Options& options) {
  if (options.rule == "gcra") return weir::gcra(8'640, 24h, 100'000'000);
  if (options.rule == "sliding_window") return weir::sliding_window(1'000'000'000, 1h);
  throw std::invalid_argument("no such rule: " + options.rule);
}

constexpr std::string_view prefix = "weir:bench";

template <class Ask>
void measure(boost::asio::io_context& io, const Options& options, Ask ask) {
  const auto for_seconds = [](double seconds) {
    return std::chrono::duration_cast<bench::Steady::duration>(std::chrono::duration<double>(seconds));
  };
  bench::Keys keys(options.keys, std::random_device{}());
  bench::ClosedLoop loop(io, ask, keys);
  bench::Seen warm_up(1'000'000);  // connected, the script is loaded, the first keys are there
  loop.run(options.a_second > 0 ? 16 : options.callers, 200ms, warm_up);
  constexpr double most_a_second = 4e6;
  bench::Seen seen(
      static_cast<std::size_t>(options.seconds * (options.a_second > 0 ? 2 * options.a_second : most_a_second)));
  const auto time = options.a_second > 0
                        ? bench::arrivals(io, ask, keys, options.a_second, for_seconds(options.seconds), seen)
                        : loop.run(options.callers, for_seconds(options.seconds), seen);
  seen.tell(time, warm_up.calls());
}

void measure_decisions(const Options& options) {
  boost::asio::io_context io(1);
  redis::OpenOptions opened;
  opened.store.timeout = 10s;  // what is slow is to be seen as slow
  if (options.ask == "upstash") opened.layout = redis::OpenOptions::Layout::upstash;
  if (options.ask == "single") {
    opened.store.max_keys = opened.store.max_costs = 1;
    opened.store.max_lane_in_flight = 256;
  }
  auto room = redis::open_redis_store(io.get_executor(), options.url, opened);
  if (!room) throw std::runtime_error(room.error());
  const auto store = std::make_shared<weir::Store>(*std::move(room));
  weir::Limiter limiter(rule_of(options),
                        {.name = "bench", .store = store, .prefix = std::string(prefix), .timeout = 10s});
  measure(io, options, [&](std::string_view key, auto done) {
    limiter.async_limit(key,
                        boost::asio::bind_executor(io.get_executor(), [done](const weir::Decision& decision) mutable {
                          done(decision.allowed && !decision.degraded);
                        }));
  });
}

// Most calls are decided here, without waiting: only every 64th is timed, as reading the clock would take as long.
void measure_leases(const Options& options) {
  const auto store = weir::redis_store(options.url, {.timeout = 10s});
  if (!store) throw std::runtime_error(store.error());
  weir::Limiter limiter(
      rule_of(options),
      {.name = "bench", .store = *store, .prefix = "weir:leases", .mode = weir::Mode::lease, .timeout = 10s});
  bench::Keys keys(options.keys, std::random_device{}());
  constexpr std::size_t round = 64;
  const auto run = [&](double seconds, bench::Seen& seen) {
    const auto start = bench::Steady::now();
    const auto end =
        start + std::chrono::duration_cast<bench::Steady::duration>(std::chrono::duration<double>(seconds));
    for (auto now = start; now < end; now = bench::Steady::now()) {
      bool well = true;
      for (std::size_t call = 0; call < round; ++call) {
        const weir::Decision decision = limiter.limit(keys.next());
        well = well && decision.allowed && !decision.degraded;
        if (call == 0) seen.add(bench::Steady::now() - now, well);
      }
      seen.add_untimed(round - 1, well);
    }
    return bench::Steady::now() - start;
  };
  bench::Seen warm_up(1'000'000);  // shares are fetched, and have grown to what each key's rate wants
  run(options.seconds, warm_up);
  bench::Seen seen(1'000'000);
  const auto time = run(options.seconds, seen);
  seen.tell(time, warm_up.calls());
}

void measure_round_trips(const Options& options) {
  boost::asio::io_context io(1);
  auto url = weir::store::parse_store_url(options.url);
  if (!url) throw std::runtime_error(url.error());
  const auto client = redis::make_client(io.get_executor(), {.url = *std::move(url)});
  if (!client) throw std::runtime_error(client.error());
  measure(io, options, [&](std::string_view key, auto done) {
    const std::string name = std::string(prefix) + ":{" + std::string(key) + "}";
    (*client)->send(redis::command({"GET", name}), bench::Steady::now() + 10s,
                    [done](const redis::Reply& reply) mutable {
                      done(reply.has_value() && reply->get().type != redis::Value::Type::error);
                    });
  });
  (*client)->close();
}

std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char one : text) {
    if (one == '\n') {
      json += "\\n";
      continue;
    }
    if (one == '"' || one == '\\') json += '\\';
    json += one;
  }
  return json += '"';
}

void print_script(const Options& options) {
  const auto layout = redis::native_layout("weir");
  const auto space = layout->open(prefix, rule_of(options));
  constexpr std::array<std::int64_t, 1> costs{1};
  const redis::Ask ask{.key = "__rand_int__", .costs = costs};  // which redis-benchmark replaces
  const redis::ScriptCall call =
      layout->each(static_cast<const redis::RedisSpace&>(*space), std::span(&ask, 1), weir::Instant{});
  std::string words =
      quoted("EVALSHA") + ", " + quoted(call.script->sha1) + ", " + quoted(std::to_string(call.keys.size()));
  for (const std::string& word : call.keys) words += ", " + quoted(word);
  for (const std::string& word : call.arguments) words += ", " + quoted(word);
  std::printf("{\"text\": %s, \"words\": [%s]}\n", quoted(call.script->text).c_str(), words.c_str());
}

}  // namespace

int main(int count, char** words) try {
  const Options options = options_of(std::span(words, static_cast<std::size_t>(count)));
  if (options.ask == "script") {
    print_script(options);
  } else if (options.ask == "get") {
    measure_round_trips(options);
  } else if (options.ask == "lease") {
    measure_leases(options);
  } else if (options.ask == "decisions" || options.ask == "single" || options.ask == "upstash") {
    measure_decisions(options);
  } else {
    throw std::invalid_argument("nothing to ask is called " + options.ask);
  }
} catch (const std::exception& wrong) {
  std::fprintf(stderr, "redis_decisions: %s\n", wrong.what());
  return EXIT_FAILURE;
}
