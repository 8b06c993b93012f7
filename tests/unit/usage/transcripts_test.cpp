// Every provider's transcripts, each cut in every way: whatever the pieces, the same is read.
#include "transcripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "random/seed.hpp"
#include "usage/reader.hpp"

namespace weir::usage {
namespace {

// The body with every LF in its frame of lines replaced; JSON inside strings has none.
std::string with_line_ends(std::string_view body, std::string_view line_end) {
  std::string made;
  for (const char byte : body) {
    if (byte == '\n') {
      made += line_end;
    } else {
      made += byte;
    }
  }
  return made;
}

void expect_read(const Reader& reader, const Transcript& transcript, const std::string& how) {
  const Observation seen = reader.observe();
  EXPECT_EQ(seen.counts, transcript.counts) << transcript.name << ", " << how;
  EXPECT_EQ(seen.text.characters(), transcript.characters) << transcript.name << ", " << how;
  EXPECT_EQ(seen.model, transcript.model) << transcript.name << ", " << how;
  EXPECT_EQ(seen.dialect, transcript.dialect) << transcript.name << ", " << how;
  EXPECT_TRUE(seen.output_known) << transcript.name << ", " << how;
  EXPECT_TRUE(seen.final) << transcript.name << ", " << how;
  EXPECT_FALSE(seen.broken || seen.truncated || seen.odd || seen.error) << transcript.name << ", " << how;
}

class OfTranscript : public testing::TestWithParam<Transcript> {
 protected:
  void each_form(const std::function<void(const Transcript&, const std::string& how)>& check) const {
    for (const Protocol protocol : {GetParam().protocol, Protocol::automatic}) {
      Transcript form = GetParam();
      form.protocol = protocol;
      check(form, std::string(word_of(protocol)));
      if (form.body.front() == '\0') continue;  // bytes, no lines
      for (const std::string line_end : {"\r\n", "\r"}) {
        Transcript other = form;
        other.body = with_line_ends(form.body, line_end);
        check(other, std::string(word_of(protocol)) + (line_end.size() == 2 ? ", CR LF" : ", CR"));
      }
    }
  }
};

TEST_P(OfTranscript, IsCountedWhole) {
  each_form([](const Transcript& form, const std::string& how) {
    Reader reader(form.protocol, form.content_type);
    reader.read(form.body);
    reader.end();
    expect_read(reader, form, how);
  });
}

TEST_P(OfTranscript, IsCountedInTwoPiecesCutAtAnyByte) {
  each_form([](const Transcript& form, const std::string& how) {
    const std::string_view body = form.body;
    for (std::size_t cut = 0; cut <= body.size(); ++cut) {
      Reader reader(form.protocol, form.content_type);
      reader.read(body.substr(0, cut));
      reader.read(body.substr(cut));
      reader.end();
      expect_read(reader, form, how + ", cut at " + std::to_string(cut));
      if (HasFailure()) return;
    }
  });
}

TEST_P(OfTranscript, IsCountedByteByByte) {
  each_form([](const Transcript& form, const std::string& how) {
    Reader reader(form.protocol, form.content_type);
    for (const char& byte : form.body) reader.read({&byte, 1});
    reader.end();
    expect_read(reader, form, how);
  });
}

TEST_P(OfTranscript, IsCountedInPiecesOfAnySize) {
  std::mt19937_64 random(seed());
  each_form([&](const Transcript& form, const std::string& how) {
    for (int round = 0; round < 20; ++round) {
      Reader reader(form.protocol, form.content_type);
      std::string_view rest = form.body;
      while (!rest.empty()) {
        const std::size_t size = std::min<std::size_t>(random() % 48, rest.size());
        reader.read(rest.substr(0, size));
        rest.remove_prefix(size);
      }
      reader.end();
      expect_read(reader, form, how + ", " + repeat_with());
      if (HasFailure()) return;
    }
  });
}

// Providers' servers are configured by hand, and proxies in front of them change heads.
TEST_P(OfTranscript, IsCountedUnderAWrongContentType) {
  for (const std::string_view wrong : {"", "text/plain", "application/json", "text/event-stream"}) {
    Reader reader(GetParam().protocol, wrong);
    reader.read(GetParam().body);
    reader.end();
    expect_read(reader, GetParam(), "content type " + std::string(wrong));
  }
}

INSTANTIATE_TEST_SUITE_P(Every, OfTranscript, testing::ValuesIn(transcripts()),
                         [](const auto& each) { return "Row" + std::to_string(each.index); });

}  // namespace
}  // namespace weir::usage
