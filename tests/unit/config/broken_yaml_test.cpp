// Every way that we know of to write no YAML, or YAML that weir.yaml can't be.
#include "config/broken_config.hpp"
#include "config/document.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::config {
namespace {

std::vector<Broken> broken_yaml() {
  return {
      {"Empty", "", 1, 1, "the file is empty"},
      {"OnlyAComment", "# later\n", 1, 1, "the file is empty"},
      {"AList", "- version: 1\n", 1, 1, "expected options like version: 1 at the top of the file, got a list"},
      {"AText", "hello\n", 1, 1, "expected options like version: 1 at the top of the file, got \"hello\""},
      lines("TabInTheIndentation", "store:\n\turl: memory", 5, 1, "a tab in the indentation; YAML wants spaces"),
      lines("BraceNeverClosed", "store: { url: memory\ndrain: 1s", 5, 6, "a { without its }"),
      lines("BracketNeverClosed", "limits: { a: { key: [ip }}", 4, 25, "does not close what was opened last"),
      lines("QuoteNeverClosed", "drain: \"1s", 4, 8, "a quote that is never closed"),
      lines("BraceThatClosesNothing", "drain: }", 4, 8, "does not close what was opened last"),
      lines("ColonInText", "drain: a: b", 4, 9, "a ': ' that belongs to no key"),
      lines("WrongIndentation", "store:\n  url: memory\n timeout: 1s", 6, 2,
            "at the same indentation as the keys above"),
      lines("UnknownAlias", "drain: *later", 4, 8, "an alias of an anchor that is not defined above"),
      lines("AliasInsideItself", "limits: &all { a: *all }", 4, 19, "an alias inside the very value"),
      lines("StrangeStart", "drain: @x", 4, 8, "a character that cannot start a value"),
      lines("UnknownEscape", "drain: \"\\q\"", 4, 11, "unknown escape"),
      lines("SecondDocument", "---\nversion: 1", 4, 1, "a second YAML document"),
      lines("Tag", "drain: !!int 5", 4, 8, "a YAML tag means nothing here"),
      lines("Merge", "store: { <<: x }", 4, 10, "'<<' merges are not supported"),
      lines("ListAsKey", "? [a]\n: b", 4, 3, "a key is text"),
      lines("NullAsKey", "~: b", 4, 1, "a key without a name"),
      lines("VariableInKey", "\"${A}\": b", 4, 1, "variables are put into values only"),
      lines("NotUtf8", "drain: \"\xFF\"", 4, 9, "a byte that is not UTF-8"),
      lines("ControlCharacter", "drain: \x01", 4, 8, "an unprintable character"),
      lines("TooDeep", "x: " + std::string(100, '[') + std::string(100, ']'), 4, 67, "levels of nesting"),
      lines("DuplicateKey", "drain: 1s\ndrain: 2s", 5, 1, "duplicate key 'drain'; it is already on line 4"),
      lines("VariableInBraces", "store: { url: ${URL} }", 4, 16, "needs quotes"),
      {"TooLarge", "version: 1\n#" + std::string(max_text_size, 'x'), 1, 1, "larger than 8 MiB"},
  };
}

struct BrokenYaml : BrokenConfig {};

TEST_P(BrokenYaml, SaysWhereAndWhat) { expect_error(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Each, BrokenYaml, testing::ValuesIn(broken_yaml()), name_of);

}  // namespace
}  // namespace weir::config
