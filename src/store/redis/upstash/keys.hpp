// keys.hpp: the names @upstash/ratelimit gives its keys, and how it writes a limit that was set at run time.
//
// upstash/ is the layout that teams share with @upstash/ratelimit 2.2.0 (docs/upstash.md). Read in order:
//   keys, options     names; what is shared
//   terms             a rule in its words: milliseconds, tokens
//   decide            its arithmetic, in C++: what scripts/upstash_*.lua do, so that verdicts can be told exactly
//   layout            both together behind Layout
//   regions           requests one by one, where several regions keep a limit (src/store/regions brings them together)
//   deny_list, package_settings
//                     what is set beside the counters
//   ip_deny_list, download, ip_deny_lists
//                     a list of bad addresses: what becomes of it, how it is fetched, both beside a store's decisions
//   cached_fixed_window, cached_windows
//                     a window that is counted in the process, and those of a store
#pragma once

#include <weir/key.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis::upstash {

// What the package calls the identifier. A number is its decimal text, as JavaScript would join it.
[[nodiscard]] std::string identifier_of(Key key);

// PREFIX:ID; a window's counter is PREFIX:ID:WINDOW.
[[nodiscard]] std::string key_of(std::string_view prefix, std::string_view identifier);
[[nodiscard]] std::string window_key(std::string_view key, std::int64_t window);

// A token bucket's PREFIX:ID. Identifiers that would name a key below ("dynamic:global") get one of their own: the
// package breaks that key for everybody instead.
[[nodiscard]] std::string bucket_key(std::string_view prefix, std::string_view identifier);

[[nodiscard]] std::string dynamic_limit_key(std::string_view prefix);        // text: a plain decimal number, no TTL
[[nodiscard]] std::string deny_list_key(std::string_view prefix);            // set of all that is denied
[[nodiscard]] std::string ip_deny_list_key(std::string_view prefix);         // set: the part of it that was fetched
[[nodiscard]] std::string ip_deny_list_status_key(std::string_view prefix);  // text: valid, pending, disabled

// A dynamic limit as it is stored, and back. None for what is no number; the package then refuses everything.
[[nodiscard]] std::string dynamic_limit_text(std::int64_t limit);
[[nodiscard]] std::optional<std::int64_t> read_dynamic_limit(std::string_view text);

// The four above.
[[nodiscard]] std::vector<std::string> setting_keys(std::string_view prefix);

// The glob that matches every key of a prefix, and whether a key it found counts something: all but the four above.
[[nodiscard]] std::string all_keys_pattern(std::string_view prefix);
[[nodiscard]] bool is_counter(std::string_view prefix, std::string_view key);

}  // namespace weir::store::redis::upstash
