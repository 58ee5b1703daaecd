// The policies that the tests of data/ and settle/ read facts for.
#pragma once

#include <map>
#include <string>

#include "engine/data/csv_folder.h"
#include "engine/graph/graph.h"
#include "tests/unit/temporary_folder.h"

namespace heng::tests {

// A monthly policy with every type of fact: 店 [shop] with 店名 开业 星级 连锁; 口碑 达标率 营业额 频次; records 抽查 [spot].
graph::GraphPtr ShopPolicy();
// policies/shiliuzhuang/plates.heng.
graph::GraphPtr PlatesPolicy();
std::string SampleFolder();

}  // namespace heng::tests
