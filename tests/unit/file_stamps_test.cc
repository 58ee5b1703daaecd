// What FileStamps tells apart; each change is one that inotify says nothing of, or something else.
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "server/file_stamps.h"
#include "tests/unit/temporary_folder.h"

namespace heng::server {
namespace {

namespace fs = std::filesystem;

// A configuration under a link, as a deployment of releases has it: current -> v1.
class FileStampsTest : public testing::Test {
 protected:
  FileStampsTest() {
    for (const char* release : {"v1", "v2"}) {
      const std::string begin = std::string(release) + "/";
      folder_.Write(begin + "heng.yaml", "a");
      folder_.Write(begin + "districts/aa.yaml", "a");
      folder_.Write(begin + "aa/aa.heng", "a");
      folder_.Write(begin + "data/a.csv", "a");
    }
    folder_.Write("away/bb.yaml", "a");
    fs::create_symlink("v1", folder_.path() + "/current");
    fs::create_symlink("../../away/bb.yaml", folder_.path() + "/v1/districts/bb.yaml");
    Read();
  }

  std::string At(const std::string& name) const { return folder_.path() + "/" + name; }

  void Read() {
    stamps_.BeforeReading();
    const ReadPaths paths{{At("current/districts"), At("current/aa")},
                          {At("current/heng.yaml"), At("current/districts/aa.yaml"), At("current/districts/bb.yaml"),
                           At("current/aa/aa.heng"), At("current/aa/missing.heng"), At("current/data")}};
    // What is as young as these files are differs once.
    stamps_.WereRead(paths);
    stamps_.BeforeReading();
    stamps_.WereRead(paths);
  }

  void ExpectSeen(const std::function<void()>& change, bool wanted = true) {
    ASSERT_FALSE(stamps_.Differ());
    change();
    EXPECT_EQ(stamps_.Differ(), wanted);
    Read();
  }

  tests::TemporaryFolder folder_;
  FileStamps stamps_;
};

TEST_F(FileStampsTest, SeesWhatWasReadChange) {
  ExpectSeen([&] { folder_.Write("v1/heng.yaml", "ab"); });
  ExpectSeen([&] { folder_.Write("v1/districts/cc.yaml", "a"); });
  ExpectSeen([&] { folder_.Write("v1/aa/bb.heng", "a"); });
  ExpectSeen([&] { folder_.Remove("v1/districts/cc.yaml"); });
  ExpectSeen([&] { folder_.Write("v1/aa/missing.heng", "a"); });
  ExpectSeen([&] { fs::permissions(At("v1/aa/aa.heng"), fs::perms::none); });
}

TEST_F(FileStampsTest, SeesFoldersGoAndCome) {
  ExpectSeen([&] { fs::rename(At("v1/districts"), At("v1/save")); });
  ExpectSeen([&] { fs::copy(At("v1/save"), At("v1/districts")); });
  ExpectSeen([&] {
    fs::rename(At("v1/aa"), At("v1/old"));
    fs::copy(At("v1/old"), At("v1/aa"));
  });
  ExpectSeen([&] { fs::remove_all(At("v1/data")); });
  ExpectSeen([&] { fs::create_directory(At("v1/data")); });
}

TEST_F(FileStampsTest, SeesThroughLinks) {
  ExpectSeen([&] { folder_.Write("away/bb.yaml", "ab"); });
  ExpectSeen([&] {
    fs::create_symlink("v2", At("next"));
    fs::rename(At("next"), At("current"));
  });
  ExpectSeen([&] { folder_.Write("v2/heng.yaml", "ab"); });
}

TEST_F(FileStampsTest, IsNotDisturbedByWhatLiesBeside) {
  ExpectSeen([&] { folder_.Write("v1/districts/heng.db-wal", "a"); }, false);
  ExpectSeen([&] { folder_.Write("v1/districts/.aa.yaml.swp", "a"); }, false);
  ExpectSeen([&] { folder_.Write("v1/aa/.#aa.heng", "a"); }, false);
  // Facts are read when they are settled.
  ExpectSeen([&] { folder_.Write("v1/data/b.csv", "a"); }, false);
  ExpectSeen([&] { folder_.Write("v2/heng.yaml", "ab"); }, false);
}

TEST(FileStampsOfAStart, WhatChangesWhileItIsReadDiffersOnce) {
  const tests::TemporaryFolder folder;
  FileStamps stamps;
  const ReadPaths paths{{}, {folder.path() + "/heng.yaml"}};
  folder.Write("heng.yaml", "a");
  stamps.WereRead(paths);
  EXPECT_TRUE(stamps.Differ());
  stamps.BeforeReading();
  stamps.WereRead(paths);
  EXPECT_FALSE(stamps.Differ());
}

}  // namespace
}  // namespace heng::server
