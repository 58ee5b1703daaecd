// JSON as it was written: numbers by their text, order, and everything that must be refused.
#include "engine/data/json_value.h"

#include <gtest/gtest.h>

#include "engine/base/limits.h"
#include "engine/data/ulid.h"

namespace heng::data {
namespace {

constexpr size_t kLimit = 1 << 20;

TEST(JsonValue, NumbersKeepTheirText) {
  for (const char* text :
       {"0", "-0", "1.0", "1e2", "1E+2", "0.10", "91.50", "-1.5", "9223372036854775807", "18446744073709551615",
        "123456789012345678901234567890", "0.1234567890123456789012345678901234567890", "-9223372036854775808"}) {
    const auto value = ParseJson(text, kLimit);
    ASSERT_TRUE(value) << text;
    EXPECT_TRUE(value->is(JsonValue::Kind::kNumber));
    EXPECT_EQ(value->text, text);
  }
}

TEST(JsonValue, KeepsTheOrderOfKeysAndAllKinds) {
  const auto value = ParseJson(R"({"b": null, "a": [true, "文\u5b57", {"x": 1}], "": false})", kLimit);
  ASSERT_TRUE(value);
  ASSERT_EQ(value->members.size(), 3U);
  EXPECT_EQ(value->members[0].key, "b");
  const JsonValue& list = *value->Find("a");
  EXPECT_TRUE(list.items[0].truth);
  EXPECT_EQ(list.items[1].text, "文字");
  EXPECT_EQ(list.items[2].Find("x")->text, "1");
  EXPECT_EQ(value->Find("c"), nullptr);
}

TEST(JsonValue, RefusesWhatIsNotOneDocument) {
  struct Case {
    std::string text;
    const char* code;
    const char* at;
  };
  const std::string deep(limits::kJsonDepth + 1, '[');
  const std::string very_deep(100000, '[');
  const Case cases[] = {{"", "bad-json", "1:1"},
                        {"{\"a\": 1,\n  \"b\": x}", "bad-json", "2:8"},
                        {"{} {}", "bad-json", "1:4"},
                        {"01", "bad-json", "1:2"},
                        {"+1", "bad-json", "1:1"},
                        {"1e999", "number-too-large", ""},
                        {"{\"a\": [0, -1e9999]}", "number-too-large", "/a/1"},
                        {"{\"a\": [{\"b/c\": " + std::string(400, '9') + "}]}", "number-too-large", "/a/0/b~1c"},
                        {"NaN", "bad-json", "1:1"},
                        {"[1,]", "bad-json", "1:4"},
                        {"// note\n1", "bad-json", "1:1"},
                        {"{\"a\":{\"b\":[{\"c\":1,\"c\":2}]}}", "duplicate-key", "/a/b/0/c"},
                        {"{\"a/b~\":1,\"a/b~\":2}", "duplicate-key", "/a~1b~0"},
                        {"\"\xFF\"", "bad-encoding", "1:2"},
                        {"\"\\ud800\"", "bad-json", "1:8"},
                        {"\"\xED\xA0\x80\"", "bad-encoding", "1:2"},
                        {deep, "too-deep", nullptr},
                        {very_deep, "too-deep", nullptr}};
  for (const Case& one : cases) {
    const auto value = ParseJson(one.text, kLimit);
    ASSERT_FALSE(value) << one.text.substr(0, 40);
    EXPECT_EQ(value.error().code, one.code) << one.text.substr(0, 40);
    if (one.at != nullptr) {
      EXPECT_EQ(value.error().at, one.at) << one.text.substr(0, 40);
    }
    EXPECT_EQ(value.error().kind, ErrorKind::kUsage);
  }
  EXPECT_EQ(ParseJson("[1, 2, 3]", 4).error().code, "request-too-large");
}

TEST(JsonPlace, IsAJsonPointer) {
  const JsonPlace top;
  const JsonPlace list(top, "a/b");
  const JsonPlace item(list, 3);
  const JsonPlace name(item, "x~y");
  EXPECT_EQ(top.ToPointer(), "");
  EXPECT_EQ(name.ToPointer(), "/a~1b/3/x~0y");
}

TEST(Ulid, SortsByTimeAndIsCrockfordBase32) {
  const unsigned char zero[10] = {};
  const unsigned char ones[10] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
  EXPECT_EQ(UlidOf(0, zero), "00000000000000000000000000");
  EXPECT_EQ(UlidOf((uint64_t{1} << 48) - 1, ones), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
  // From the specification: 1469918176385 ms is 01ARYZ6S41.
  EXPECT_EQ(UlidOf(1469918176385, zero).substr(0, 10), "01ARYZ6S41");
  EXPECT_LT(NewUlid(1), NewUlid(2));
}

TEST(Ulid, OfOneMomentGoesUp) {
  // 300 more than once carry from the last byte into the one before.
  std::string last = NewUlid(7);
  for (int i = 0; i < 300; ++i) {
    const std::string next = NewUlid(7);
    EXPECT_LT(last, next);
    EXPECT_EQ(last.substr(0, 10), next.substr(0, 10));
    last = next;
  }
}

}  // namespace
}  // namespace heng::data
