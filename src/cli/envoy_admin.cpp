#include "cli/envoy_admin.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <system_error>
#include <utility>

#include "cli/file_descriptor.hpp"

namespace weir::cli {

namespace {

constexpr std::size_t longest_answer = std::size_t{1} << 20;  // bytes
constexpr auto patience = std::chrono::seconds(1);

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// The data of a body in `transfer-encoding: chunked`; stops at the first thing that is no chunk.
std::string joined_chunks(std::string_view body) {
  std::string data;
  while (true) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), size, 16);
    const std::size_t start = static_cast<std::size_t>(end - body.data()) + 2;  // after CR LF
    if (error != std::errc{} || size == 0 || start > body.size() || size > body.size() - start) return data;
    data.append(body.substr(start, size));
    body.remove_prefix(std::min(body.size(), start + size + 2));
  }
}

}  // namespace

EnvoyAdmin::EnvoyAdmin(std::filesystem::path socket) : socket_(std::move(socket)) {}

std::optional<std::string> EnvoyAdmin::ask(std::string_view method, std::string_view path) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = socket_.string();
  if (name.size() >= sizeof address.sun_path) return std::nullopt;
  std::copy(name.begin(), name.end(), address.sun_path);
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return std::nullopt;
  const timeval timeout{.tv_sec = patience.count(), .tv_usec = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  // NOLINTNEXTLINE(*-reinterpret-cast): how the socket API takes addresses
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return std::nullopt;

  std::string request(method);
  request.append(" ").append(path).append(" HTTP/1.1\r\nHost: weir\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  if (!send_all(socket.get(), request)) return std::nullopt;

  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::string answer;
  std::array<char, 16384> chunk{};
  while (true) {  // the answer ends with the connection
    const ssize_t count = ::recv(socket.get(), chunk.data(), chunk.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 || std::chrono::steady_clock::now() > deadline || answer.size() > longest_answer) return std::nullopt;
    if (count == 0) break;
    answer.append(chunk.data(), static_cast<std::size_t>(count));
  }
  if (!answer.starts_with("HTTP/1.1 200")) return std::nullopt;
  const std::size_t head = answer.find("\r\n\r\n");
  if (head == std::string::npos) return std::nullopt;
  const std::string_view body = std::string_view(answer).substr(head + 4);
  const bool chunked = std::string_view(answer).substr(0, head).find("transfer-encoding: chunked") != std::string::npos;
  return chunked ? joined_chunks(body) : std::string(body);
}

bool EnvoyAdmin::is_ready() const { return ask("GET", "/ready").has_value(); }

bool EnvoyAdmin::drain() const {
  // A failed health check makes every answer carry `connection: close` (HTTP/2: GOAWAY); closing the listeners first
  // would leave a moment in which a reused connection learns nothing.
  const bool told = ask("POST", "/healthcheck/fail").has_value();
  (void)ask("POST", "/weir/ending");  // streams of the admin API, which no client ends
  return ask("POST", "/drain_listeners").has_value() && told;
}

std::optional<EnvoyAdmin::Open> EnvoyAdmin::open() const {
  const auto stats = ask("GET", "/stats?filter=%5Ehttp%5C..*%5C.downstream_(rq_active%7Ccx_tx_bytes_buffered)$");
  return stats ? std::optional(parse_open(*stats)) : std::nullopt;
}

std::optional<std::string> EnvoyAdmin::statistic(std::string_view name) const {
  std::string path = "/stats?filter=%5E";
  for (const char c : name) path.append(c == '.' ? "%5C." : std::string(1, c));
  auto stats = ask("GET", path + "$");
  if (!stats || !stats->starts_with(name) || stats->size() < name.size() + 2) return std::nullopt;
  std::string value = stats->substr(name.size() + 2, stats->find('\n') - name.size() - 2);  // after ": "
  if (value.starts_with('"')) value = value.substr(1, value.size() - 2);
  return value;
}

std::optional<EnvoyAdmin::Delivered> EnvoyAdmin::delivered(std::string_view statistics) const {
  const std::string prefix(statistics);
  const auto refusals = statistic(prefix + ".update_rejected");
  if (!refusals) return std::nullopt;
  Delivered delivered{.version = statistic(prefix + ".version_text").value_or("")};
  std::from_chars(refusals->data(), refusals->data() + refusals->size(), delivered.refusals);
  return delivered;
}

std::uint64_t EnvoyAdmin::refusals() const {
  return sum_of(ask("GET", "/stats?filter=%5C.update_rejected$").value_or(""));
}

bool EnvoyAdmin::clusters_are_warm() const { return statistic("cluster_manager.warming_clusters") == "0"; }

std::optional<EnvoyAdmin::Certificate> EnvoyAdmin::certificate() const {
  auto reads = statistic("sds.weir_listen.update_success");
  auto failures = statistic("sds.weir_listen.key_rotation_failed");
  if (!reads || !failures) return std::nullopt;
  return Certificate{.reads = *std::move(reads), .failures = *std::move(failures)};
}

std::optional<EnvoyAdmin::ModuleStatus> EnvoyAdmin::module_status() const {
  const auto answer = ask("GET", "/weir/status");
  return answer ? parse_module_status(*answer) : std::nullopt;
}

void EnvoyAdmin::count_refused() const { (void)ask("POST", "/weir/refused"); }

std::optional<EnvoyAdmin::ModuleStatus> parse_module_status(std::string_view json) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(boost::json::string_view(json.data(), json.size()), error);
  const boost::json::object* object = error ? nullptr : value.if_object();
  const boost::json::value* generation = object == nullptr ? nullptr : object->if_contains("generation");
  if (generation == nullptr || !generation->is_number()) return std::nullopt;
  EnvoyAdmin::ModuleStatus status{.generation = generation->to_number<std::uint64_t>(error), .error = {}};
  if (const auto* text = object->if_contains("error"); text != nullptr && text->is_string()) {
    status.error = text->as_string();
  }
  return status;
}

std::uint64_t sum_of(std::string_view stats) {
  std::uint64_t sum = 0;
  while (!stats.empty()) {
    const std::string_view line = stats.substr(0, stats.find('\n'));
    stats.remove_prefix(std::min(stats.size(), line.size() + 1));
    const std::size_t colon = line.find(": ");
    std::uint64_t value = 0;
    if (colon == std::string_view::npos) continue;
    std::from_chars(line.data() + colon + 2, line.data() + line.size(), value);
    sum += value;
  }
  return sum;
}

EnvoyAdmin::Open parse_open(std::string_view stats) {
  EnvoyAdmin::Open open;
  while (!stats.empty()) {
    const std::string_view line = stats.substr(0, stats.find('\n'));
    stats.remove_prefix(std::min(stats.size(), line.size() + 1));
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos || line.starts_with("http.admin.")) continue;
    const std::string_view name = line.substr(0, colon);
    std::uint64_t value = 0;
    std::from_chars(line.data() + colon + 2, line.data() + line.size(), value);
    if (name.ends_with(".downstream_rq_active")) open.requests += value;
    if (name.ends_with(".downstream_cx_tx_bytes_buffered")) open.bytes += value;
  }
  return open;
}

}  // namespace weir::cli
