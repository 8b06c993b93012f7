#include "store/redis/link/attempt.hpp"

#include "store/redis/resp/command.hpp"
#include "store/url/host.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace weir::store::redis {
namespace {

struct Known {
  std::string_view starts_with;
  std::string_view sentence;
};

// Redis' own words are not always fit to be shown: an unknown AUTH is repeated with its password.
constexpr std::array known_errors{
    Known{"WRONGPASS", "Redis refuses the user or the password"},
    Known{"ERR invalid password", "Redis refuses the password"},
    Known{"ERR AUTH <password> called without any password", "a password is given, and Redis has none"},
    Known{"NOAUTH", "Redis asks for a password, and none is given"},
    Known{"ERR max number of clients", "Redis has as many clients as it allows (maxclients)"},
    Known{"ERR DB index is out of range", "Redis has no database of that number"},
    Known{"ERR SELECT is not allowed in cluster mode", "Redis is a node of a Cluster, which has database 0 alone"},
    Known{"ERR invalid DB index", "Redis has no database of that number"},
    Known{"NOPERM", "the user is not permitted to do what a client does first"},
    Known{"DENIED", "Redis is in protected mode: it has no password, and this is not its machine"},
    Known{"LOADING", "Redis is loading its data"},
    Known{"MASTERDOWN", "Redis is a replica that has lost its master"},
};

std::optional<std::string> known(const Value& answer) {
  if (answer.type != Value::Type::error) return {};
  for (const Known& each : known_errors) {
    if (answer.text.starts_with(each.starts_with)) return std::string(each.sentence);
  }
  return "Redis refuses what a client does first";
}

std::optional<std::string> must_pass(const Value& answer) { return known(answer); }

// A Sentinel without a password refuses one: what comes after this says whether it matters.
std::optional<std::string> may_fail(const Value& answer) {
  if (answer.is_error("WRONGPASS") || answer.text.starts_with("ERR AUTH")) return {};
  return known(answer);
}

// A name is a courtesy to those who look at CLIENT LIST; the first answer all the same, so that it may say why Redis
// talks to nobody.
std::optional<std::string> name_may_fail(const Value& answer) {
  return answer.is_error("NOPERM") || answer.text.starts_with("ERR unknown") ? std::nullopt : known(answer);
}

std::optional<std::string> must_be_master(const Value& answer) {
  if (answer.is_error("NOPERM")) return {};  // then READONLY will tell
  if (const auto error = known(answer)) return error;
  if (answer.type == Value::Type::array && !answer.items.empty() && answer.items.front().text == "master") return {};
  return "it is a replica";
}

}  // namespace

Attempt::Attempt(boost::asio::any_io_executor executor, const Destination& to, std::size_t max_reply, std::size_t turn,
                 std::chrono::steady_clock::time_point deadline, std::function<void()> wake)
    : executor_(std::move(executor)),
      to_(to),
      deadline_(deadline),
      wake_(std::move(wake)),
      turn_(turn),
      stage_(to_.locate ? Stage::locating : Stage::looking_up),
      reader_(max_reply) {}

std::string Attempt::where() const { return shown(to_.address); }

std::string Attempt::doing() const {
  switch (stage_) {
    case Stage::locating:
      return "no Sentinel has named the master in time";
    case Stage::looking_up:
      return "the look-up of the host " + to_.address.host + " has not ended in time";
    case Stage::connecting:
      if (transport_ && transport_->is_connected()) return where() + " accepts connections, and does not speak TLS";
      return where() + " has not answered in time";
    default:
      return where() + " accepts connections, and says nothing";
  }
}

std::size_t Attempt::progress() const {
  const bool connected = transport_ && transport_->is_connected();  // is lost with each address that is tried
  return static_cast<std::size_t>(stage_) + 2 * tried_ + answers_ + (connected ? 1 : 0);
}

Attempt::Step Attempt::fail(std::string why) {
  error_ = std::move(why);
  return Step::failed;
}

Attempt::Step Attempt::advance() {
  switch (stage_) {
    case Stage::locating:
      return locate();
    case Stage::looking_up:
      return look_up();
    case Stage::connecting:
      return connect();
    default:
      return greet();
  }
}

Attempt::Step Attempt::locate() {
  if (found_ == nullptr) {
    found_ = std::make_shared<std::optional<Found>>();
    to_.locate(deadline_, [found = found_, wake = wake_](Found answer) {
      *found = std::move(answer);
      wake();
    });
  }
  if (!*found_) return Step::called;
  if (!**found_) return fail((*found_)->error());
  to_.address = ***found_;
  stage_ = Stage::looking_up;
  return look_up();
}

Attempt::Step Attempt::look_up() {
  if (lookup_ == nullptr) lookup_ = std::make_unique<Lookup>(executor_, to_.address, wake_);
  const auto result = lookup_->result();
  if (!result) return Step::called;
  if (!*result) return fail(result->error());
  addresses_ = **result;
  std::ranges::rotate(addresses_, addresses_.begin() + static_cast<std::ptrdiff_t>(turn_ % addresses_.size()));
  stage_ = Stage::connecting;
  return connect();
}

// The name may have other addresses that answer: `localhost` is two.
Attempt::Step Attempt::next_address(std::string why) {
  transport_.reset();
  if (++tried_ < addresses_.size()) return connect();
  return fail("no connection to " + where() + ": " + why);
}

Attempt::Step Attempt::connect() {
  if (!transport_) {
    const std::string& name = to_.server_name.empty() ? to_.address.host : to_.server_name;
    auto started = Transport::start(executor_, addresses_[tried_], to_.tls.get(), name);
    if (!started) return next_address(std::move(started.error()));
    transport_.emplace(std::move(*started));
  }
  const auto wants = transport_->advance();
  if (!wants) return next_address(wants.error());
  if (*wants != Want::nothing) return *wants == Want::read ? Step::read : Step::write;
  write_greeting();
  stage_ = Stage::greeting;
  return greet();
}

void Attempt::write_greeting() {
  const auto ask = [this](std::initializer_list<std::string_view> words, Judge judge) {
    greeting_ += command(words).bytes;
    judges_.push_back(judge);
  };
  if (!to_.password.empty()) {
    const Judge judge = to_.password_is_optional ? may_fail : must_pass;
    if (to_.user.empty()) {
      ask({"AUTH", to_.password}, judge);
    } else {
      ask({"AUTH", to_.user, to_.password}, judge);
    }
  }
  ask({"CLIENT", "SETNAME", "weir"}, name_may_fail);
  if (to_.database != 0) ask({"SELECT", std::to_string(to_.database)}, must_pass);
  if (to_.master_only) ask({"ROLE"}, must_be_master);
}

Attempt::Step Attempt::greet() {
  while (!greeting_.empty()) {
    const auto moved = transport_->write(greeting_);
    if (!moved) break;  // what it said before it closed is worth more than that
    if (moved->bytes == 0) return moved->wants == Want::read ? Step::read : Step::write;
    greeting_.erase(0, moved->bytes);
  }
  for (;;) {
    for (Reader::Next next; (next = reader_.next()) != Reader::Next::nothing_yet;) {
      if (next == Reader::Next::broken)
        return fail(where() + " does not talk like Redis: " + std::string(reader_.error()));
      if (judges_.empty()) return fail(where() + " answers what nobody asked");
      if (const auto error = judges_.front()(reader_.value())) return fail(where() + ": " + *error);
      judges_.pop_front();
      ++answers_;
    }
    if (judges_.empty() && greeting_.empty()) return Step::ready;
    const auto space = reader_.space();
    const auto moved = transport_->read(space);
    if (!moved) return fail("no connection to " + where() + ": " + moved.error());
    if (moved->bytes == 0) return moved->wants == Want::write ? Step::write : Step::read;
    reader_.filled(moved->bytes);
  }
}

}  // namespace weir::store::redis
