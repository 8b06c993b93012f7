#include "store/regions/reconcile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <vector>

namespace weir::store {
namespace {

using How = RegionSaid::How;
using What = Amendment::What;
using testing::ElementsAre;
using testing::IsEmpty;

RegionSaid knows(const Requests& known) { return {.how = How::knows, .known = &known}; }

TEST(RequestName, IsSixteenLettersAndDigits) {
  const std::string name = request_name(0x0123456789abcdef, 0xfedcba9876543210);
  EXPECT_EQ(name.size(), 16U);
  for (const char letter : name) EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(letter)) != 0);
  EXPECT_NE(name, request_name(0x0123456789abcdef, 0xfedcba9876543211));
}

TEST(RequestName, IsUnderWayAsLongAsSomebodyHoldsIt) {
  RequestNames names;
  Names found;
  RequestName one = names.draw();
  const RequestName other = names.draw();
  names.find_under_way({{*one, 1}, {"a", 1}}, found);
  EXPECT_THAT(found, ElementsAre(*one));
  const std::string text = *one;
  one.reset();
  found.clear();
  names.find_under_way({{text, 1}, {"a", 1}, {"b", 1}}, found);
  EXPECT_THAT(found, IsEmpty());
}

TEST(Reconcile, EachRegionIsToldOfTheRequestsItLacksWithTheirOwnUnits) {
  const Requests one{{"a", 7}, {"own", 2}};
  const Requests other{{"b", 3}, {"own", 2}};
  EXPECT_THAT(
      reconcile(std::vector{knows(one), knows(other)}, "own", 2, {}),
      ElementsAre(ElementsAre(RequestChange{"b", 3, What::fill}), ElementsAre(RequestChange{"a", 7, What::fill})));
}

TEST(Reconcile, RegionsThatAgreeAreToldNothing) {
  const Requests one{{"a", 1}, {"own", 1}};
  const Requests same = one;
  EXPECT_THAT(reconcile(std::vector{knows(one), knows(same)}, "own", 1, {}), ElementsAre(IsEmpty(), IsEmpty()));
}

TEST(Reconcile, ARegionThatIsDownHoldsUpNobodyAndIsOwedThisOne) {
  const Requests one{{"a", 1}, {"own", 1}};
  const Requests other{{"own", 1}};
  EXPECT_THAT(reconcile(std::vector{RegionSaid{}, knows(one), knows(other)}, "own", 1, {}),
              ElementsAre(ElementsAre(RequestChange{"own", 1, What::put}), IsEmpty(),
                          ElementsAre(RequestChange{"a", 1, What::fill})));
}

TEST(Reconcile, WhatWasAdmittedIsPutWhereItWasRefusedOrTakenOtherwise) {
  const Requests admitted{{"own", -2}};
  const Requests refused{};
  const Requests less{{"own", -1}};
  EXPECT_THAT(reconcile(std::vector{knows(admitted), knows(refused), knows(less)}, "own", -2, {}),
              ElementsAre(IsEmpty(), ElementsAre(RequestChange{"own", -2, What::put}),
                          ElementsAre(RequestChange{"own", -2, What::put})));
}

TEST(Reconcile, WhatWasRefusedCountsNothingInAnyOfThemWhenOneHasAdmittedIt) {
  const Requests refused{{"a", 8}};
  const Requests admitted{{"a", 8}, {"own", 5}};
  EXPECT_THAT(
      reconcile(std::vector{knows(refused), knows(admitted), RegionSaid{.how = How::timed_out}, RegionSaid{}}, "own", 0,
                {}),
      ElementsAre(ElementsAre(RequestChange{"own", 0, What::put}), ElementsAre(RequestChange{"own", 0, What::put}),
                  ElementsAre(RequestChange{"own", 0, What::put}), IsEmpty()));
}

TEST(Reconcile, WhatWasRefusedIsDroppedWhereItMayHaveBeenAdmitted) {
  const Requests refused{{"a", 8}};
  EXPECT_THAT(reconcile(std::vector{knows(refused), RegionSaid{.how = How::timed_out}, RegionSaid{}}, "own", 0, {}),
              ElementsAre(IsEmpty(), ElementsAre(RequestChange{"own", 0, What::drop}), IsEmpty()));
}

TEST(Reconcile, WhatIsUnderWayIsLeftToWhoAskedForIt) {
  const Requests one{{"own", 1}, {"another", 4}};
  const Requests other{{"own", 1}};
  EXPECT_THAT(reconcile(std::vector{knows(one), knows(other)}, "own", 1, {"another"}),
              ElementsAre(IsEmpty(), IsEmpty()));
}

TEST(Reconcile, OfTwoRatesOfOneRequestTheLargerIsTold) {
  const Requests one{{"a", 2}};
  const Requests other{{"a", 7}};
  const Requests none{};
  EXPECT_THAT(reconcile(std::vector{knows(one), knows(other), knows(none)}, "own", 0, {}),
              ElementsAre(IsEmpty(), IsEmpty(), ElementsAre(RequestChange{"a", 7, What::fill})));
}

TEST(Reconcile, WhoDoesNotSayWhatItKnowsIsToldOfThisOneAlone) {
  const Requests one{{"a", 1}, {"own", 1}};
  EXPECT_THAT(reconcile(std::vector{knows(one), RegionSaid{.how = How::answered}}, "own", 1, {}),
              ElementsAre(IsEmpty(), ElementsAre(RequestChange{"own", 1, What::put})));
}

}  // namespace
}  // namespace weir::store
