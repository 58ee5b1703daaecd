// The policies that the tests of data/ and settle/ read facts for, and folders of facts to read.
#pragma once

#include <map>
#include <string>

#include "engine/data/csv_folder.h"
#include "engine/graph/graph.h"

namespace heng::tests {

// A monthly policy with every type of fact: 店 [shop] with 店名 开业 星级 连锁; 口碑 达标率 营业额 频次; records 抽查 [spot].
graph::GraphPtr ShopPolicy();
// policies/shiliuzhuang/plates.heng.
graph::GraphPtr PlatesPolicy();
std::string SampleFolder();

// A folder that is removed with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  void Write(const std::string& name, const std::string& bytes) const;
  std::string Read(const std::string& name) const;
  void Remove(const std::string& name) const;
  // Copies the sample of 石榴庄.
  void CopySample() const;
  // Replaces the first occurrence of `from` in the file. REQUIRES: it occurs.
  void Replace(const std::string& name, const std::string& from, const std::string& to) const;

 private:
  std::string path_;
};

}  // namespace heng::tests
