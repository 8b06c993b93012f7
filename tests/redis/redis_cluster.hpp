// redis_cluster.hpp: a Cluster of a test's own: three masters, and a replica of each; gone with the test.
//
// The nodes find their configuration written as if they had been a Cluster before, which takes two seconds instead of
// the five of `redis-cli --cluster create`.
#pragma once

#include "redis_server.hpp"

#include "store/redis/resp/command.hpp"
#include "store/url/store_url.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <sstream>

namespace weir::store::redis {

struct ClusterSetup {
  std::vector<std::string> arguments{};  // of every node
  std::chrono::milliseconds node_timeout{1500};
  // Whether all slots are refused while one shard is lost; Redis' own default is true.
  bool full_coverage = false;
  std::string password{};
  const Certificates* tls = nullptr;  // all speak TLS alone, to each other, too
};

class RedisCluster {
 public:
  static constexpr std::size_t masters = 3;
  static constexpr std::size_t nodes = 2 * masters;

  explicit RedisCluster(ClusterSetup setup = {}) : setup_(std::move(setup)) {
    // Ports are free when they are looked for, and may be somebody else's when they are listened on.
    for (int attempt = 0; !started() || !becomes_true([this] { return whole(); }, std::chrono::seconds(20));
         ++attempt) {
      if (attempt == 5) throw std::runtime_error("no free ports for a Cluster");
    }
  }

  // At first 0 to 2 are masters, each of a third of the slots in order, and 3 to 5 their replicas in the same order.
  [[nodiscard]] RedisServer& node(std::size_t index) { return *nodes_[index]; }
  [[nodiscard]] HostPort address(std::size_t index) const { return {"127.0.0.1", nodes_[index]->port()}; }
  [[nodiscard]] std::vector<HostPort> addresses() const {
    std::vector<HostPort> all;
    for (std::size_t index = 0; index < nodes; ++index) all.push_back(address(index));
    return all;
  }

  std::string cli(std::size_t index, std::vector<std::string> words) const {
    if (!setup_.password.empty()) words.insert(words.begin(), {"-a", setup_.password});
    return nodes_[index]->cli(std::move(words));
  }

  // The node that lives and serves the slot; `nodes` when none does.
  [[nodiscard]] std::size_t owner_of(Slot slot) const {
    std::size_t index = 0;
    while (index < nodes && (nodes_[index]->pid() <= 0 || !serves(index, slot))) ++index;
    return index;
  }

  // True when every node that lives sees all slots served, and every replica that lives follows its master.
  [[nodiscard]] bool whole() const {
    for (std::size_t index = 0; index < nodes; ++index) {
      if (nodes_[index]->pid() <= 0) continue;
      const std::string info = cli(index, {"CLUSTER", "INFO"});
      if (!info.contains("cluster_state:ok") || !info.contains("cluster_slots_ok:16384")) return false;
      const std::string role = cli(index, {"INFO", "replication"});
      if (role.contains("role:slave") && !role.contains("master_link_status:up")) return false;
    }
    return true;
  }
  void await_whole() const {
    if (!becomes_true([this] { return whole(); }, std::chrono::seconds(40))) {
      throw std::runtime_error("the Cluster does not become whole: " + cli(0, {"CLUSTER", "NODES"}));
    }
  }

  // From now on the slot is on its way: keys that are there are served by `from`, others by `to` after ASKING.
  void begin_migration(Slot slot, std::size_t from, std::size_t to) {
    expect_ok(cli(to, {"CLUSTER", "SETSLOT", std::to_string(slot), "IMPORTING", id_of(from)}));
    expect_ok(cli(from, {"CLUSTER", "SETSLOT", std::to_string(slot), "MIGRATING", id_of(to)}));
  }
  // One key goes over, whether it was there or not.
  void migrate_key(const std::string& key, std::size_t from, std::size_t to) {
    std::vector<std::string> words{"MIGRATE", "127.0.0.1", std::to_string(nodes_[to]->port()), key, "0", "5000"};
    if (!setup_.password.empty()) words.insert(words.end(), {"AUTH", setup_.password});
    const std::string said = cli(from, std::move(words));
    if (said != "OK" && said != "NOKEY") throw std::runtime_error("MIGRATE: " + said);
  }
  // All keys that are left go over, a hundred at once, then all know.
  void end_migration(Slot slot, std::size_t from, std::size_t to) {
    const std::string number = std::to_string(slot);
    for (;;) {
      std::istringstream keys(cli(from, {"CLUSTER", "GETKEYSINSLOT", number, "100"}));
      std::vector<std::string> words{"MIGRATE", "127.0.0.1", std::to_string(nodes_[to]->port()), "", "0", "5000"};
      if (!setup_.password.empty()) words.insert(words.end(), {"AUTH", setup_.password});
      words.emplace_back("KEYS");
      const std::size_t fixed = words.size();
      for (std::string key; std::getline(keys, key);) {
        if (!key.empty()) words.push_back(std::move(key));
      }
      if (words.size() == fixed) break;
      const std::string said = cli(from, std::move(words));
      if (said != "OK" && said != "NOKEY") throw std::runtime_error("MIGRATE: " + said);
    }
    const std::string id = id_of(to);
    expect_ok(cli(to, {"CLUSTER", "SETSLOT", number, "NODE", id}));
    expect_ok(cli(from, {"CLUSTER", "SETSLOT", number, "NODE", id}));
  }
  void migrate(Slot slot, std::size_t from, std::size_t to) {
    begin_migration(slot, from, to);
    end_migration(slot, from, to);
  }

  // Of all masters that live, what would stay for ever.
  [[nodiscard]] std::vector<std::string> keys_without_ttl() const {
    static const std::string script =
        "local found, at = {}, '0' repeat local page = redis.call('SCAN', at, 'COUNT', 1000) at = page[1] "
        "for _, key in ipairs(page[2]) do if redis.call('PTTL', key) == -1 then found[#found + 1] = key end end "
        "until at == '0' return found";
    std::vector<std::string> found;
    for (std::size_t index = 0; index < nodes; ++index) {
      if (nodes_[index]->pid() <= 0 || !is_master(index)) continue;
      std::istringstream lines(cli(index, {"EVAL", script, "0"}));
      for (std::string key; std::getline(lines, key);) {
        if (!key.empty()) found.push_back(std::move(key));
      }
    }
    return found;
  }

  // What a key's hash tag may be to lie in this slot, and a key that no test writes.
  static std::string key_of(Slot slot) { return "{" + tag_of(slot) + "}"; }
  static const std::string& tag_of(Slot slot) {
    static const auto tags = [] {
      std::array<std::string, 16'384> found;
      std::size_t missing = found.size();
      for (std::uint64_t number = 0; missing > 0; ++number) {
        std::string tag = std::to_string(number);
        std::string& place = found[slot_of(tag)];
        if (!place.empty()) continue;
        place = std::move(tag);
        --missing;
      }
      return found;
    }();
    return tags[slot];
  }

  [[nodiscard]] bool is_master(std::size_t index) const {
    return cli(index, {"INFO", "replication"}).contains("role:master");
  }

 private:
  [[nodiscard]] bool serves(std::size_t index, Slot slot) const {
    const std::string said = cli(index, {"EXISTS", key_of(slot)});
    return said == "0" || said == "1" || said.starts_with("ASK ");
  }
  static void expect_ok(const std::string& said) {
    if (said != "OK") throw std::runtime_error("the Cluster says: " + said);
  }
  static std::string id_of(std::size_t index) { return std::string(39, 'a') + static_cast<char>('0' + index); }

  bool started() {
    std::array<std::uint16_t, nodes> buses{};
    for (std::size_t index = 0; index < nodes; ++index) {
      buses[index] = free_port();
      ServerSetup setup{.arguments = {"--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
                                      "--cluster-port", std::to_string(buses[index]), "--cluster-node-timeout",
                                      std::to_string(setup_.node_timeout.count()), "--cluster-require-full-coverage",
                                      setup_.full_coverage ? "yes" : "no", "--cluster-replica-validity-factor", "0",
                                      "--cluster-allow-replica-migration", "no"},
                        .started = false};
      if (setup_.tls != nullptr) {
        setup.tls = setup_.tls;
        setup.arguments.insert(setup.arguments.end(), {"--tls-cluster", "yes", "--tls-replication", "yes"});
      }
      if (!setup_.password.empty()) {
        setup.arguments.insert(setup.arguments.end(),
                               {"--requirepass", setup_.password, "--masterauth", setup_.password});
      }
      setup.arguments.insert(setup.arguments.end(), setup_.arguments.begin(), setup_.arguments.end());
      nodes_[index] = std::make_unique<RedisServer>(std::move(setup));
    }
    for (std::size_t self = 0; self < nodes; ++self) {
      std::ofstream file(nodes_[self]->folder() / "nodes.conf");
      for (std::size_t index = 0; index < nodes; ++index) {
        file << id_of(index) << " 127.0.0.1:" << nodes_[index]->port() << '@' << buses[index]
             << (index == self ? " myself," : " ");
        const std::size_t shard = index % masters;
        if (index < masters) {
          file << "master - 0 0 " << shard + 1 << " connected " << first_slot(shard) << '-' << first_slot(shard + 1) - 1
               << '\n';
        } else {
          file << "slave " << id_of(shard) << " 0 0 " << shard + 1 << " connected\n";
        }
      }
      file << "vars currentEpoch " << masters << " lastVoteEpoch 0\n";
    }
    for (auto& node : nodes_) {
      // Somebody may be faster: at another port than the one that was written a node is none of the Cluster, and where
      // the port of its bus is taken it does not start at all.
      const std::uint16_t written = node->port();
      try {
        node->start();
      } catch (const std::runtime_error&) {
        return false;
      }
      if (node->port() != written) return false;
    }
    return true;
  }
  static std::size_t first_slot(std::size_t shard) { return shard * 16'384 / masters; }

  ClusterSetup setup_;
  std::array<std::unique_ptr<RedisServer>, nodes> nodes_;
};

}  // namespace weir::store::redis
