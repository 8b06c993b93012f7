#include "usage/request/body.hpp"

#include <gmock/gmock.h>

#include <string>

namespace weir::usage {
namespace {

using testing::Eq;
using testing::Optional;

// The body as it goes on when it is made to ask.
std::string asking(std::string_view text) {
  RequestReader reader;
  reader.feed(text);
  EXPECT_TRUE(reader.finish().has_value()) << text;
  const std::optional<Edit> edit = reader.edit_to_include_usage();
  return edit ? edited(text, *edit) : "as it is";
}

TEST(AskUsage, PutsTheWishInFront) {
  EXPECT_EQ(asking(R"({"stream":true})"), R"({"stream_options":{"include_usage":true},"stream":true})");
  EXPECT_EQ(asking("\n { \"stream\" : true }"), "\n {\"stream_options\":{\"include_usage\":true}, \"stream\" : true }");
}

TEST(AskUsage, AddsToOptionsThatAreThere) {
  EXPECT_EQ(asking(R"({"stream":true,"stream_options":{ }})"),
            R"({"stream":true,"stream_options":{"include_usage":true }})");
  EXPECT_EQ(asking(R"({"stream":true,"stream_options":{"x":{"include_usage":false}}})"),
            R"({"stream":true,"stream_options":{"include_usage":true,"x":{"include_usage":false}}})");
}

TEST(AskUsage, ReplacesWhatDoesNotAsk) {
  EXPECT_EQ(asking(R"({"stream_options": null ,"stream":true})"),
            R"({"stream_options": {"include_usage":true} ,"stream":true})");
  EXPECT_EQ(asking(R"({"stream_options":{"a":1,"include_usage":false},"stream":true})"),
            R"({"stream_options":{"a":1,"include_usage":true},"stream":true})");
  EXPECT_EQ(asking(R"({"stream_options":{"include_usage":null},"stream":true})"),
            R"({"stream_options":{"include_usage":true},"stream":true})");
}

TEST(AskUsage, ChangesNothingWhereNothingHelps) {
  for (const char* text : {R"({"stream":true,"stream_options":{"include_usage":true}})", R"({"stream":false})", R"({})",
                           R"({"stream":true,"stream_options":"all"})", R"({"stream":true,"stream_options":[]})",
                           R"({"stream":true,"stream_options":7})", R"({"stream":true,"stream_options":true})",
                           R"({"stream":true,"stream_options":{"include_usage":"yes"}})",
                           R"({"stream":true,"stream_options":{"include_usage":{}}})"}) {
    EXPECT_EQ(asking(text), "as it is") << text;
  }
}

TEST(AskUsage, IsNeededWhereOpenAisWordsAreSpoken) {
  EXPECT_TRUE(must_be_asked(Operation::chat_completions, "api.openai.com"));
  EXPECT_TRUE(must_be_asked(Operation::completions, "127.0.0.1"));
  for (const Operation other : {Operation::responses, Operation::messages, Operation::generate_content,
                                Operation::converse, Operation::dashscope, Operation::ollama_chat,
                                Operation::cohere_chat, Operation::embeddings, Operation::other}) {
    EXPECT_FALSE(must_be_asked(other, "api.openai.com"));
  }
  EXPECT_FALSE(must_be_asked(Operation::chat_completions, "api.mistral.ai"));
}

}  // namespace
}  // namespace weir::usage
