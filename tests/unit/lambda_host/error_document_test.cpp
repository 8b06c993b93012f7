// An error as the Runtime API takes it.
#include "lambda_host/error_document.hpp"

#include <gmock/gmock.h>

#include <string>

namespace weir::lambda_host {
namespace {

using testing::SizeIs;

TEST(ErrorDocument, IsWhatLambdaReads) {
  EXPECT_EQ(error_document({"Function.BadEvent", R"(no "user")"}),
            R"({"errorMessage":"no \"user\"","errorType":"Function.BadEvent","stackTrace":[]})");
}

TEST(ErrorDocument, HoldsAnyBytes) {
  EXPECT_EQ(error_document({"T", "a\xff\n"}),
            "{\"errorMessage\":\"a\xEF\xBF\xBD\\n\",\"errorType\":\"T\",\"stackTrace\":[]}");
}

TEST(ErrorDocument, IsBoundedWhereAHeaderHoldsIt) {
  EXPECT_LT(error_document_base64({"T", std::string(1 << 20, 'x')}).size(), 32U << 10);
  EXPECT_EQ(error_document_base64({"", ""}), "eyJlcnJvck1lc3NhZ2UiOiIiLCJlcnJvclR5cGUiOiIiLCJzdGFja1RyYWNlIjpbXX0=");
}

TEST(ErrorType, FitsAHeader) {
  EXPECT_EQ(error_type_header("Function.BadEvent"), "Function.BadEvent");
  EXPECT_EQ(error_type_header("a b\r\nx: y\x7f\xff"), "a_b__x:_y__");
  EXPECT_EQ(error_type_header(""), "Function.Error");
  EXPECT_THAT(error_type_header(std::string(1000, 'x')), SizeIs(256));
}

}  // namespace
}  // namespace weir::lambda_host
