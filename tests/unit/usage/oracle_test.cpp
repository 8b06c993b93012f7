// Random answers, held against the plain reading of oracle.hpp.
#include "oracle.hpp"

#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>

#include <random>
#include <string>

#include "random/seed.hpp"
#include "transcripts.hpp"
#include "usage/reader.hpp"

namespace weir::usage {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

class RandomAnswer {
 public:
  RandomAnswer(Protocol protocol, std::uint64_t seed) : rows_(oracle::rows_of(protocol)), random_(seed) {}

  value event() {
    value made = object{};
    for (std::size_t wanted = below(6); wanted > 0; --wanted) {
      const providers::Wanted& row = rows_[below(rows_.size())];
      put(made, row.path, leaf(row.field));
    }
    for (std::size_t other = below(3); other > 0; --other) {
      if (made.is_object()) made.as_object()[words_[below(std::size(words_))]] = junk(0);
    }
    return made;
  }

  // Events on the wire, with line ends, comments and fields of nobody.
  std::string stream() {
    const std::string line_end = one_of({"\n", "\r\n", "\r"});
    std::string body;
    for (std::size_t events = 1 + below(6); events > 0; --events) {
      if (below(4) == 0) body += ": a comment" + line_end;
      if (below(4) == 0) body += "event: " + one_of({"error", "message", "errors"}) + line_end;
      body += one_of({"data:", "data: "}) + (below(12) == 0 ? "[DONE]" : serialize(event())) + line_end;
      if (below(4) == 0) body += "id: 5" + line_end;
      body += line_end;
    }
    return body;
  }
  std::string document() { return below(4) == 0 ? serialize(array{event(), event()}) : serialize(event()); }

  std::size_t below(std::size_t bound) { return random_() % bound; }

 private:
  std::string one_of(std::initializer_list<const char*> all) { return all.begin()[below(all.size())]; }

  void put(value& into, std::string_view path, const value& leaf) {
    const std::size_t length = std::min(path.find_first_of(".["), path.size());
    if (!into.is_object()) into = object{};
    value* at = &into.as_object()[path.substr(0, length)];
    path.remove_prefix(length);
    for (; path.starts_with("[]"); path.remove_prefix(2)) {
      if (!at->is_array()) *at = array{};
      if (at->as_array().empty() || below(4) == 0) at->as_array().emplace_back(nullptr);
      at = &at->as_array().back();
    }
    if (path.empty()) {
      *at = leaf;
    } else {
      put(*at, path.substr(1), leaf);
    }
  }

  value leaf(Field field) {
    if (below(10) == 0) return junk(0);
    if (static_cast<std::size_t>(field) < count_fields) {
      if (below(20) == 0) return value(one_of({"7", "many", "", "-1"}));
      return below(20) == 0 ? value(-3) : value(below(5000));
    }
    if (field == Field::is_done) return below(2) == 0;
    if (field == Field::event) {
      return value(one_of({"message_stop", "response.completed", "response.created", "message-end", "ping", "error"}));
    }
    return value(one_of({"", "stop", "null", "text \"quoted\" \\ \n", "h\xC3\xA9 \xE4\xB8\x96 \xF0\x9F\x98\x80 \x01",
                         "{\"usage\":{\"prompt_tokens\":9}}", "data: [DONE]"}));
  }

  value junk(int depth) {
    switch (below(depth > 4 ? 5 : 8)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return -1.5e-7 * static_cast<double>(below(100));
      case 3:
        return value(one_of({"junk", "\xEF\xBF\xBD", "]}", "\t"}));
      case 4:
        return below(100);
      case 5:
        return array{junk(depth + 1), junk(depth + 1)};
      default:
        return object{{words_[below(std::size(words_))], junk(depth + 1)}, {"other", junk(depth + 1)}};
    }
  }

  static constexpr const char* words_[] = {"usage", "choices",       "x",  "output", "message", "delta",
                                           "error", "prompt_tokens", "a.b"};
  std::vector<providers::Wanted> rows_;
  std::mt19937_64 random_;
};

void expect_as_told(const Observation& seen, const oracle::Found& found, const std::string& body) {
  SCOPED_TRACE(body + "\n" + repeat_with());
  EXPECT_EQ(seen.counts, found.reading.counts());
  EXPECT_EQ(seen.output_known, found.reading.output_known());
  EXPECT_EQ(seen.text.characters(), found.characters);
  EXPECT_EQ(seen.last_event, found.last);
  EXPECT_EQ(seen.error, found.error);
  EXPECT_EQ(seen.odd, found.odd);
  EXPECT_EQ(seen.model, found.model);
  EXPECT_FALSE(seen.broken || seen.truncated);
}

constexpr Protocol protocols[] = {Protocol::automatic, Protocol::openai,    Protocol::anthropic, Protocol::gemini,
                                  Protocol::bedrock,   Protocol::dashscope, Protocol::ollama,    Protocol::cohere};

TEST(Oracle, AgreesWithTheTranscripts) {
  for (const Transcript& transcript : transcripts()) {
    if (transcript.body.front() == '\0' || transcript.content_type.find("ndjson") != std::string_view::npos) continue;
    const bool events = transcript.content_type.find("event-stream") != std::string_view::npos;
    const auto found = events ? oracle::of_events(transcript.protocol, transcript.body)
                              : oracle::of_document(transcript.protocol, transcript.body);
    ASSERT_TRUE(found) << transcript.name;
    EXPECT_EQ(found->reading.counts(), transcript.counts) << transcript.name;
    EXPECT_EQ(found->characters, transcript.characters) << transcript.name;
    EXPECT_EQ(found->model, transcript.model) << transcript.name;
  }
}

TEST(Oracle, AgreesOnRandomStreamsInPiecesOfAnySize) {
  int understood = 0;
  for (const Protocol protocol : protocols) {
    RandomAnswer random(protocol, seed());
    for (int round = 0; round < 400; ++round) {
      const std::string body = random.stream();
      Reader reader(protocol, "text/event-stream");
      for (std::string_view rest = body; !rest.empty();) {
        const std::size_t size = std::min(1 + random.below(64), rest.size());
        reader.read(rest.substr(0, size));
        rest.remove_prefix(size);
      }
      reader.end();
      const auto found = oracle::of_events(protocol, body);
      if (!found) continue;
      ++understood;
      expect_as_told(reader.observe(), *found, body);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(understood, 2500);
}

TEST(Oracle, AgreesOnRandomDocumentsInPiecesOfAnySize) {
  int understood = 0;
  for (const Protocol protocol : protocols) {
    RandomAnswer random(protocol, seed());
    for (int round = 0; round < 400; ++round) {
      const std::string body = random.document();
      Reader reader(protocol, "application/json");
      for (std::string_view rest = body; !rest.empty();) {
        const std::size_t size = std::min(1 + random.below(64), rest.size());
        reader.read(rest.substr(0, size));
        rest.remove_prefix(size);
      }
      reader.end();
      const auto found = oracle::of_document(protocol, body);
      if (!found) continue;
      ++understood;
      expect_as_told(reader.observe(), *found, body);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(understood, 2500);
}

}  // namespace
}  // namespace weir::usage
