#include "event_stream/crc32.hpp"

#include <gtest/gtest.h>

#include <boost/crc.hpp>
#include <random>
#include <string>

#include "random/seed.hpp"

namespace weir::event_stream {
namespace {

TEST(Crc32, IsTheCheckOfItsCatalogue) { EXPECT_EQ(crc32("123456789"), 0xCBF43926U); }

TEST(Crc32, OfNothingIsZero) { EXPECT_EQ(crc32(""), 0U); }

TEST(Crc32, IsWhatBoostCountsForAnyBytesCutAnywhere) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 chance(seed());
  for (int round = 0; round < 300; ++round) {
    std::string bytes(chance() % 300, '\0');
    for (char& byte : bytes) byte = static_cast<char>(chance());
    boost::crc_32_type boost;
    boost.process_bytes(bytes.data(), bytes.size());
    const std::size_t cut = chance() % (bytes.size() + 1);
    const std::string_view all = bytes;
    EXPECT_EQ(crc32(all), boost.checksum());
    EXPECT_EQ(crc32(all.substr(cut), crc32(all.substr(0, cut))), boost.checksum());
  }
}

}  // namespace
}  // namespace weir::event_stream
