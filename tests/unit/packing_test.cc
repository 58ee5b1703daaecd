#include "engine/store/packing.h"

#include <gtest/gtest.h>

namespace heng::tests {
namespace {

using store::Pack;
using store::Unpack;

TEST(Packing, GivesBackWhatItTook) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  std::string much;
  for (int i = 0; i < 20000; ++i)
    much += "总分 " + std::to_string(i % 97) + all.substr(static_cast<size_t>(i) % 200, 9);
  for (const std::string& bytes : {std::string(), std::string("5:value"), all, much}) {
    const std::string packed = Pack(bytes);
    EXPECT_EQ(Unpack(packed, static_cast<int64_t>(bytes.size())), bytes);
  }
  EXPECT_LT(Pack(much).size(), much.size() / 4);
}

TEST(Packing, RefusesWhatItDidNotPack) {
  const std::string bytes(1000, 'x');
  const std::string packed = Pack(bytes);
  for (const int64_t size : {int64_t{-1}, int64_t{0}, int64_t{999}, int64_t{1001}, INT64_MAX})
    EXPECT_EQ(Unpack(packed, size), std::nullopt) << size;
  EXPECT_EQ(Unpack("", 0), std::nullopt);
  EXPECT_EQ(Unpack("13:1795", 7), std::nullopt);
  EXPECT_EQ(Unpack(packed + "x", 1000), std::nullopt);
  for (size_t size = 0; size < packed.size(); ++size)
    EXPECT_EQ(Unpack(packed.substr(0, size), 1000), std::nullopt) << size;
}

}  // namespace
}  // namespace heng::tests
