#include "gateway/model/sent_bytes.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "random/seed.hpp"

namespace weir::gateway {
namespace {

using Pieces = std::vector<std::string>;

auto came(const Pieces& pieces) {
  return [&pieces](auto take) {
    for (const std::string& piece : pieces) take(std::string_view(piece));
  };
}
constexpr auto as_it_is = [](std::string&) { return true; };
auto instead(std::string_view text) {
  return [text](std::string& out) {
    out += text;
    return false;
  };
}

TEST(SentBytes, ThatNobodyChangedAreThoseThatCame) {
  const Pieces pieces{"one ", "two"};
  SentBytes sent;
  for (const std::string& piece : pieces) EXPECT_EQ(sent.pass(piece, as_it_is).data(), piece.data());
  EXPECT_FALSE(sent.changed());
  EXPECT_EQ(sent.all(came(pieces)), "one two");
}

TEST(SentBytes, BehindAChangeAreCopied) {
  const Pieces pieces{"one ", "two ", "three"};
  SentBytes sent;
  EXPECT_EQ(sent.pass(pieces[0], as_it_is), "one ");
  EXPECT_EQ(sent.pass(pieces[1], instead("2 ")), "2 ");
  EXPECT_EQ(sent.pass(pieces[2], as_it_is), "three");
  EXPECT_TRUE(sent.changed());
  EXPECT_EQ(sent.all(came(pieces)), "one 2 three");
}

TEST(SentBytes, ThatAreHeldBackAreAChange) {
  SentBytes sent;
  EXPECT_EQ(sent.pass("held", instead("")), "");
  EXPECT_TRUE(sent.changed());
  EXPECT_EQ(sent.size(), 0U);
}

TEST(SentBytes, MayHaveSomethingBehindThem) {
  const Pieces pieces{"one"};
  SentBytes sent;
  (void)sent.pass(pieces[0], as_it_is);
  sent.append([](std::string&) {});
  EXPECT_FALSE(sent.changed());
  sent.append([](std::string& out) { out += " more"; });
  EXPECT_TRUE(sent.changed());
  EXPECT_EQ(sent.all(came(pieces)), "one more");
}

TEST(SentBytes, AreAsIfEachPieceHadBeenCopied) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 random(seed());
  for (int round = 0; round < 1000; ++round) {
    Pieces pieces(random() % 6);
    std::string expected;
    SentBytes sent;
    for (std::string& piece : pieces) {
      piece.assign(random() % 5, static_cast<char>('a' + random() % 26));
      if (random() % 3 == 0) {
        const std::string other(random() % 4, 'X');
        (void)sent.pass(piece, instead(other));
        expected += other;
      } else {
        (void)sent.pass(piece, as_it_is);
        expected += piece;
      }
      ASSERT_EQ(sent.size(), expected.size());
    }
    ASSERT_EQ(sent.all(came(pieces)), expected);
  }
}

}  // namespace
}  // namespace weir::gateway
