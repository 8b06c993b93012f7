// key_name.hpp: what a key is called in Redis: PREFIX:{KEY}, the braces being the hash tag of Cluster.
//
// In KEY `%` and `}` are percent-encoded. A bare `%` never comes out of that, so what is no text begins with one:
//   {alice}  {50%25}  {a%7Db}     text of at most 256 bytes
//   {%sha256=HEX}                 longer text
//   {%number=42}                  a number of the C++ API: 42 is not "42"
//   {%empty}                      the empty text: with nothing between them, braces are no hash tag
#pragma once

#include <weir/key.hpp>

#include <string>
#include <string_view>

namespace weir::store::redis::native {

// What stands between the braces.
[[nodiscard]] std::string key_text(Key key);

[[nodiscard]] std::string key_name(std::string_view prefix, Key key);

// What decides a name's slot in a Cluster: what stands between its first `{` and the next `}`; all of it when that is
// nothing. A prefix may hold braces of its own, which then keep all its keys in one slot.
[[nodiscard]] std::string_view hash_tag(std::string_view name);

}  // namespace weir::store::redis::native
