// A request body, cut in pieces: what the one pass over it says is what the whole parsed body says, whatever the split,
// and an edit leaves JSON that asks for its usage and is the same otherwise.
#include "usage/request_model.hpp"

#include "usage/boost_verdict.hpp"
#include "usage/request/call.hpp"

#include <boost/json/src.hpp>

#include <cstdint>
#include <cstdlib>

namespace {

using namespace weir::usage;  // NOLINT(google-build-using-namespace)

void require(bool holds) {
  if (!holds) std::abort();
}

struct Found {
  std::expected<Body, Unclear> body;
  std::optional<Edit> edit;
};

Found read(std::string_view text, std::size_t piece) {
  RequestReader reader;
  while (!text.empty()) {
    if (!reader.feed(text.substr(0, piece))) break;
    text.remove_prefix(std::min(piece, text.size()));
  }
  auto body = reader.finish();
  return {std::move(body), reader.edit_to_include_usage()};
}

bool same(const Body& one, const Body& other) {
  return one.model == other.model && one.stream == other.stream && one.max_output == other.max_output &&
         one.answers == other.answers && one.include_usage == other.include_usage && one.prompt == other.prompt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Found whole = read(text, std::string_view::npos);
  const Found split = read(text, 1 + data[0] % 16);
  require(whole.body.has_value() == split.body.has_value() && whole.edit == split.edit);
  if (whole.body) require(same(*whole.body, *split.body) && whole.body->user == split.body->user);
  if (!whole.body) require(whole.body.error().sentence() == split.body.error().sentence());
  std::ignore = call_of(text);

  const Verdict verdict = boost_verdict(text);
  if (verdict.unsure) return 0;
  if (!verdict.json) require(!whole.body);
  if (!verdict.json || !verdict.json->is_object()) return 0;
  const std::optional<Body> expected = model::body_of(*verdict.json);
  require(whole.body.has_value() == expected.has_value());
  if (expected) require(same(*whole.body, *expected));
  if (!whole.body || !whole.edit) return 0;
  const std::string after = edited(text, *whole.edit);
  const Verdict asks = boost_verdict(after);
  require(asks.json && *model::at(*asks.json, {"stream_options", "include_usage"}) == boost::json::value(true));
  require(keys_of(*asks.json) >= keys_of(*verdict.json) && after.size() <= text.size() + 64);
  return 0;
}
