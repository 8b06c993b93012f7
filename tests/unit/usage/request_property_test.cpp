// Random request bodies, cut anywhere: what the reader says is what the whole parsed body says, and an edit touches no
// other byte.
#include "usage/request/body.hpp"

#include "json/half_a_pair.hpp"
#include "random/seed.hpp"
#include "usage/json_random.hpp"
#include "usage/request_model.hpp"

#include <gmock/gmock.h>

#include <array>
#include <set>
#include <span>

namespace weir::usage {
namespace {

using namespace std::string_view_literals;

class RandomRequest : public RandomJson {
 public:
  using RandomJson::RandomJson;

  std::string body() {
    std::set<std::string_view> used;
    return object(below(9), [&] { return member(used, top(), 0); });
  }

 private:
  static std::span<const std::string_view> top() {
    static constexpr std::array all{"model"sv,
                                    "user"sv,
                                    "stream"sv,
                                    "stream"sv,
                                    "stream_options"sv,
                                    "stream_options"sv,
                                    "max_tokens"sv,
                                    "max_completion_tokens"sv,
                                    "max_output_tokens"sv,
                                    "n"sv,
                                    "best_of"sv,
                                    "metadata"sv,
                                    "options"sv,
                                    "parameters"sv,
                                    "generationConfig"sv,
                                    "inferenceConfig"sv,
                                    "messages"sv,
                                    "prompt"sv,
                                    "input"sv,
                                    "tools"sv,
                                    "contents"sv,
                                    "system"sv,
                                    "images"sv,
                                    "x"sv,
                                    "temperature"sv,
                                    "response_format"sv};
    return all;
  }
  static std::span<const std::string_view> below_top() {
    static constexpr std::array all{"include_usage"sv,
                                    "include_usage"sv,
                                    "max_tokens"sv,
                                    "maxOutputTokens"sv,
                                    "maxTokens"sv,
                                    "num_predict"sv,
                                    "n"sv,
                                    "candidateCount"sv,
                                    "user_id"sv,
                                    "x"sv,
                                    "role"sv,
                                    "content"sv,
                                    "data"sv,
                                    "type"sv,
                                    "url"sv,
                                    "text"sv,
                                    "image_url"sv,
                                    "stop"sv};
    return all;
  }

  // A name is used once in an object: of two, Boost keeps one.
  std::string member(std::set<std::string_view>& used, std::span<const std::string_view> names, int depth) {
    std::string_view name = one_of(names);
    while (!used.insert(name).second) name = *spare_.insert("spare" + std::to_string(spare_.size())).first;
    return quoted(name) + blank() + ":" + blank() + value_of(name, depth);
  }

  std::string value_of(std::string_view name, int depth) {
    if (one_in(12)) return value(2);
    if (name == "stream" || name == "include_usage") return one_in(4) ? "null" : one_in(3) ? "false" : "true";
    if (name == "model" || name == "user" || name == "user_id")
      return one_in(9) ? quoted(std::string(below(600), 'm')) : quoted("gpt-4o");
    if (name.starts_with("max") || name == "n" || name == "best_of" || name == "num_predict" ||
        name == "candidateCount") {
      constexpr std::array some{
          "0"sv,     "1"sv,    "64"sv, "1e2"sv, "12.0"sv, "null"sv, "-1"sv, "1.5"sv, "98765432109876543210"sv,
          "1e300"sv, "4096"sv, "7"sv};
      return std::string(one_in(3) ? one_of(some) : some[2]);
    }
    if (name == "data" || name == "url" || name == "image_url") {
      constexpr std::array some{
          "data:image/png;base64,AAAA"sv, "https://x/y.png"sv, "iVBORw0KGgo="sv, "two words"sv, "d"sv, ""sv};
      return quoted(one_of(some));
    }
    if (name == "prompt" && one_in(2)) return array(below(4), [&] { return value(1); });
    if (depth > 3 || one_in(3)) return value(2);
    std::set<std::string_view> used;
    const auto inner = [&] { return object(below(4), [&] { return member(used, below_top(), depth + 1); }); };
    if (depth > 0 || name == "messages" || name == "tools" || name == "contents") {
      return array(below(3), [&] {
        used.clear();
        return inner();
      });
    }
    return inner();
  }

  std::set<std::string, std::less<>> spare_;
};

struct Found {
  std::optional<Body> body;
  std::optional<Edit> edit;
};

Found read(const std::vector<std::string>& pieces) {
  RequestReader reader;
  for (const std::string& piece : pieces) {
    if (!reader.feed(piece)) break;
  }
  auto body = reader.finish();
  return {body ? std::optional(*body) : std::nullopt, reader.edit_to_include_usage()};
}

bool same(const Body& one, const Body& other) {
  return one.model == other.model && one.stream == other.stream && one.max_output == other.max_output &&
         one.answers == other.answers && one.include_usage == other.include_usage && one.prompt == other.prompt;
}

boost::json::value parsed(std::string_view text) {
  boost::json::parse_options lenient;
  lenient.allow_invalid_utf8 = true;
  return boost::json::parse(text, {}, lenient);
}

// Boost takes an exponent that no int holds for no JSON.
bool is_json(std::string_view text) {
  boost::json::parse_options lenient;
  lenient.allow_invalid_utf8 = true;
  boost::system::error_code wrong;
  std::ignore = boost::json::parse(text, wrong, {}, lenient);
  return !wrong || wrong == boost::json::error::exponent_overflow;
}

// Everything but the wish itself.
boost::json::value without_wish(boost::json::value body) {
  boost::json::value* options = body.as_object().if_contains("stream_options");
  if (options != nullptr && options->is_object()) options->as_object().erase("include_usage");
  if (options != nullptr && (options->is_null() || (options->is_object() && options->as_object().empty()))) {
    body.as_object().erase("stream_options");
  }
  return body;
}

TEST(RequestProperty, SaysWhatTheWholeBodySaysWhateverTheSplit) {
  SCOPED_TRACE(repeat_with());
  RandomRequest random(seed());
  int clear = 0;
  int edits = 0;
  for (int round = 0; round < 8'000; ++round) {
    const std::string text = random.body();
    const boost::json::value whole = parsed(text);
    const std::optional<Body> expected = model::body_of(whole);
    const Found found = read(random.pieces(text));
    ASSERT_EQ(found.body.has_value(), expected.has_value()) << text;
    if (!expected) continue;
    ++clear;
    ASSERT_TRUE(same(*found.body, *expected))
        << text << "\ntext " << found.body->prompt.text.ascii << "+" << found.body->prompt.text.wide << ", media "
        << found.body->prompt.media << ", tokens " << found.body->prompt.tokens << "\nnot "
        << expected->prompt.text.ascii << "+" << expected->prompt.text.wide << ", media " << expected->prompt.media
        << ", tokens " << expected->prompt.tokens;
    ASSERT_EQ(found.body->size, text.size());
    const boost::json::value* options = model::at(whole, {"stream_options"});
    const boost::json::value* wish = model::at(whole, {"stream_options", "include_usage"});
    const bool mendable = (options == nullptr || options->is_null() || options->is_object()) &&
                          (wish == nullptr || wish->is_null() || (wish->is_bool() && !wish->as_bool()));
    ASSERT_EQ(found.edit.has_value(), mendable && expected->stream == true) << text;
    if (!found.edit) continue;
    ++edits;
    const std::string after = edited(text, *found.edit);
    ASSERT_TRUE(after.starts_with(std::string_view(text).substr(0, found.edit->at)));
    ASSERT_TRUE(after.ends_with(std::string_view(text).substr(found.edit->at + found.edit->removed)));
    ASSERT_EQ(after.size(), text.size() - found.edit->removed + found.edit->inserted.size());
    const boost::json::value asks = parsed(after);
    ASSERT_EQ(*model::at(asks, {"stream_options", "include_usage"}), boost::json::value(true)) << after;
    ASSERT_EQ(without_wish(asks), without_wish(whole)) << after;
  }
  EXPECT_GT(clear, 2000);
  EXPECT_GT(edits, 200);
}

TEST(RequestProperty, ADamagedBodyIsClearOnlyWhenItIsJsonStill) {
  SCOPED_TRACE(repeat_with());
  RandomRequest random(seed());
  for (int round = 0; round < 8'000; ++round) {
    const std::string text = random.damaged(random.body());
    const Found whole = read({text});
    const Found split = read(random.pieces(text));
    ASSERT_EQ(whole.body.has_value(), split.body.has_value()) << text;
    ASSERT_EQ(whole.edit, split.edit) << text;
    if (!whole.body || has_half_a_pair(text)) continue;
    ASSERT_TRUE(same(*whole.body, *split.body)) << text;
    ASSERT_TRUE(is_json(text)) << text;
    ASSERT_TRUE(is_json(edited(text, whole.edit.value_or(Edit{})))) << text;
  }
}

}  // namespace
}  // namespace weir::usage
