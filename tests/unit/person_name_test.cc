// Which names people and keys may have, and which of them count as one person's.
#include "engine/store/person_name.h"

#include <gtest/gtest.h>

namespace heng::tests {
namespace {

TEST(PersonNameTest, WhatIsRefused) {
  const std::pair<const char*, bool> cases[] = {
      {"张三", true},        {"Zhang San", true}, {"阿依古丽·买买提", true}, {"街道办-2", true}, {"𠮷野", true},
      {"", false},           {" ", false},        {"张三 ", false},          {" 张三", false},   {"Zhang  San", false},
      {"张　三", false},      // U+3000
      {"张三\u00A0", false},  // NBSP
      {"张\t三", false},      //
      {"张\u200B三", false},  // of no width
      {"张三\u202E", false},  // bidi
      {"张三\uFE00", false},  // a variation selector
      {"e\u0301", false},     // combining
      {"\u2F1C三", false},    // KANGXI RADICAL AGAIN, looks like 又
      {"\uF9D1", false},      // a compatibility ideograph of 六
      {"\U0001D400", false},  // mathematical A
      {"张三\x7F", false},    //
      {"\xE5\xBC", false},    // cut off
      {"张\n三", false},      //
  };
  for (const auto& [name, good] : cases) {
    const auto checked = store::CheckName(name);
    EXPECT_EQ(checked.has_value(), good) << name;
    EXPECT_EQ(checked ? "" : checked.error().code, good ? "" : "bad-name") << name;
  }
  EXPECT_FALSE(store::CheckName(std::string_view("a\0b", 3)));
}

TEST(PersonNameTest, WhoCountsAsOne) {
  EXPECT_EQ(store::NameKey("张 三"), "张三");
  EXPECT_EQ(store::NameKey("张三\u00A0"), "张三");
  EXPECT_EQ(store::NameKey("Ｚｈａｎｇ　San"), "zhangsan");
  EXPECT_EQ(store::NameKey("ZHANG san"), "zhangsan");
  EXPECT_NE(store::NameKey("张三"), store::NameKey("张叁"));
}

}  // namespace
}  // namespace heng::tests
