// ip_deny_list.hpp: a public list of bad addresses that becomes part of the deny list, fetched anew each day after
// 02:00 UTC by one process for all, @upstash/ratelimit's clients among them.
#pragma once

#include "limits/verdict.hpp"
#include "store/redis/client/client.hpp"
#include "store/redis/layout/script.hpp"

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis::upstash {

// Where the package gets it from: addresses that are on at least so many lists. None unless 1 to 8.
[[nodiscard]] std::expected<std::string, std::string> ip_list_source(int threshold);

inline constexpr std::size_t most_addresses = 1'000'000;

// The addresses, a line each; comments and all that is no address are left out, so that an error page denies nobody.
[[nodiscard]] std::vector<std::string> read_ip_list(std::string_view text);

// How long a list that is fetched now is valid: until the next 02:00 UTC.
[[nodiscard]] std::chrono::milliseconds until_refresh(Instant now);

// What the package does in one MULTI, in one script: a connection that others use, too, has no place for a MULTI.
[[nodiscard]] ScriptCall refresh_call(std::string_view prefix, std::span<const std::string> addresses, Instant now);
[[nodiscard]] ScriptCall disable_call(std::string_view prefix);  // until somebody deletes PREFIX:ipDenyListStatus

// Sees to it that the list is fresh. Asks at most once a minute, fetches when nobody else does, one thing at a time.
// The two that talk are given to it: `Send` a script call, `Fetch` the text at a source. Not thread-safe.
class IpDenyList : public std::enable_shared_from_this<IpDenyList> {
 public:
  using OnText = std::move_only_function<void(std::expected<std::string, std::string>)>;
  using Fetch = std::function<void(const std::string& source, OnText done)>;
  using Send = std::function<void(ScriptCall call, OnReply done)>;
  static constexpr std::chrono::seconds between_questions{60};

  [[nodiscard]] static std::shared_ptr<IpDenyList> make(std::string prefix, std::string source, Send send, Fetch fetch);

  // To be called now and then, with a decision or by a timer.
  void tick(Instant now);
  [[nodiscard]] const std::string& last_error() const { return last_error_; }  // empty while all is well

 private:
  IpDenyList(std::string prefix, std::string source, Send send, Fetch fetch);
  void asked(const Reply& reply, Instant now);
  void fetched(const std::expected<std::string, std::string>& text, Instant now);
  void rest(std::string error);

  std::string prefix_;
  std::string source_;
  Send send_;
  Fetch fetch_;
  Instant next_ = Instant::min();
  bool busy_ = false;
  std::string last_error_;
};

}  // namespace weir::store::redis::upstash
