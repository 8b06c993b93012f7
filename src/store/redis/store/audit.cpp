#include "store/redis/store/audit.hpp"

#include "store/redis/cluster/topology.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds patience{10};  // of one question
constexpr std::string_view keys_a_step = "1000";
constexpr std::size_t most_seen = 1'000'000;

std::string glob_of(std::string_view start) {
  std::string glob;
  for (const char c : start) {
    if (std::string_view("*?[]\\").contains(c)) glob += '\\';
    glob += c;
  }
  return glob += '*';
}

// A Client, and a loop that runs until each answer is there.
class Asked {
 public:
  explicit Asked(std::shared_ptr<Client> client, boost::asio::io_context& loop)
      : client_(std::move(client)), loop_(loop) {}
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;
  ~Asked() {
    client_->close();
    run();
  }

  // What `read` makes of the answers, one a command. The error is a sentence.
  std::expected<void, std::string> ask(const std::vector<std::vector<std::string>>& commands,
                                       const std::function<void(std::size_t nth, const Value&)>& read) {
    std::string error;
    for (std::size_t i = 0; i < commands.size(); ++i) {
      std::vector<std::string_view> words(commands[i].begin(), commands[i].end());
      client_->send(command(words), std::chrono::steady_clock::now() + patience, [&, i](const Reply& reply) {
        if (!reply) {
          const std::string why = client_->health().last_error;
          error = why.empty() ? "no answer" : why;
        } else if (reply->get().type == Value::Type::error) {
          error = reply->get().text;
        } else {
          read(i, *reply);
        }
      });
    }
    run();
    if (!error.empty()) return std::unexpected(std::move(error));
    return {};
  }

 private:
  void run() {
    loop_.restart();
    loop_.run();
  }
  std::shared_ptr<Client> client_;
  boost::asio::io_context& loop_;
};

class Auditing {
 public:
  Auditing(Asked& asked, bool fix, const std::function<void(std::string_view)>& found, Audit& so_far)
      : asked_(asked), fix_(fix), found_(found), audit_(so_far) {}

  // `inner`: longer starts of others, whose keys are theirs.
  std::expected<void, std::string> all(const AuditedKeys& ours, const std::vector<std::string_view>& inner) {
    std::string cursor = "0";
    do {
      std::vector<std::string> keys;
      auto scanned = asked_.ask({{"SCAN", cursor, "MATCH", glob_of(ours.start), "COUNT", std::string(keys_a_step)}},
                                [&](std::size_t, const Value& value) {
                                  cursor = "0";
                                  if (value.items.size() != 2) return;
                                  cursor = value.items[0].text;
                                  for (const Value& key : value.items[1].items) {
                                    const auto begins = [&](auto start) { return key.text.starts_with(start); };
                                    if (std::ranges::none_of(inner, begins)) keys.emplace_back(key.text);
                                  }
                                });
      if (!scanned) return scanned;
      if (auto looked = look(ours, keys); !looked) return looked;
    } while (cursor != "0");
    return {};
  }

 private:
  std::expected<void, std::string> look(const AuditedKeys& ours, std::vector<std::string>& keys) {
    std::erase_if(keys,
                  [&](const std::string& key) { return std::ranges::find(ours.settings, key) != ours.settings.end(); });
    audit_.keys += keys.size();
    std::vector<std::vector<std::string>> questions;
    for (const std::string& key : keys) questions.push_back({"PTTL", key});
    std::vector<std::string> bare;
    auto asked = asked_.ask(questions, [&](std::size_t nth, const Value& ttl) {
      if (ttl.type != Value::Type::integer || ttl.integer != -1) return;
      // SCAN may show a key twice.
      if (seen_.size() >= most_seen || seen_.insert(keys[nth]).second) bare.push_back(keys[nth]);
    });
    if (!asked) return asked;
    audit_.without_ttl += bare.size();
    if (fix_) {
      questions.clear();
      for (const std::string& key : bare) {
        // Not when it has got one meanwhile.
        questions.push_back({"PEXPIRE", key, std::to_string(ours.lives.count()), "NX"});
      }
      auto fixed = asked_.ask(questions, [&](std::size_t, const Value& set) {
        if (set.type == Value::Type::integer && set.integer == 1) ++audit_.fixed;
      });
      if (!fixed) return fixed;
    }
    for (const std::string& key : bare) found_(key);
    return {};
  }

  Asked& asked_;
  const bool fix_;
  const std::function<void(std::string_view)>& found_;
  Audit& audit_;
  std::set<std::string> seen_;  // without a TTL
};

// Those that begin as others do are one.
std::vector<AuditedKeys> merged(const std::vector<AuditedKeys>& all) {
  std::vector<AuditedKeys> merged;
  for (const AuditedKeys& one : all) {
    const auto same = std::ranges::find(merged, one.start, &AuditedKeys::start);
    if (same == merged.end()) {
      merged.push_back(one);
    } else {
      same->lives = std::max(same->lives, one.lives);
      same->settings.insert(same->settings.end(), one.settings.begin(), one.settings.end());
    }
  }
  return merged;
}

std::vector<std::string_view> starts_within(const std::string& start, const std::vector<AuditedKeys>& all) {
  std::vector<std::string_view> inner;
  for (const AuditedKeys& other : all) {
    if (other.start.size() > start.size() && other.start.starts_with(start)) inner.emplace_back(other.start);
  }
  return inner;
}

std::expected<std::vector<HostPort>, std::string> masters_of(const ClientOptions& options) {
  std::string error = "no node of the cluster answers";
  for (const HostPort& host : options.url.hosts) {
    ClientOptions node = options;
    node.url.kind = StoreUrl::Kind::single;
    node.url.hosts = {host};
    boost::asio::io_context loop{1};
    auto client = make_client(loop.get_executor(), node);
    if (!client) return std::unexpected(std::move(client.error()));
    Asked asked(*std::move(client), loop);
    std::vector<HostPort> masters;
    const auto read = asked.ask({{"CLUSTER", "SLOTS"}}, [&](std::size_t, const Value& value) {
      const auto topology = read_slots(value, host);
      if (!topology) return;
      for (const Shard& shard : topology->shards()) masters.push_back(shard.master);
    });
    if (!read) error = read.error();
    if (!masters.empty()) return masters;
  }
  return std::unexpected(std::move(error));
}

}  // namespace

std::expected<Audit, std::string> audit(const ClientOptions& options, const std::vector<AuditedKeys>& ours, bool fix,
                                        const std::function<void(std::string_view key)>& found) {
  std::vector<ClientOptions> servers{options};
  if (options.url.kind == StoreUrl::Kind::cluster) {
    const auto masters = masters_of(options);
    if (!masters) return std::unexpected(masters.error());
    servers.clear();
    for (const HostPort& master : *masters) {
      servers.push_back(options);
      servers.back().url.kind = StoreUrl::Kind::single;
      servers.back().url.hosts = {master};
    }
  }
  Audit so_far;
  const std::vector<AuditedKeys> each = merged(ours);
  for (const ClientOptions& server : servers) {
    boost::asio::io_context loop{1};
    auto client = make_client(loop.get_executor(), server);
    if (!client) return std::unexpected(std::move(client.error()));
    Asked asked(*std::move(client), loop);
    Auditing auditing(asked, fix, found, so_far);
    for (const AuditedKeys& keys : each) {
      if (auto done = auditing.all(keys, starts_within(keys.start, each)); !done)
        return std::unexpected(std::move(done.error()));
    }
  }
  return so_far;
}

}  // namespace weir::store::redis
