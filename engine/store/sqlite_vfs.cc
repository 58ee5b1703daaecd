#include "engine/store/sqlite_vfs.h"

#include <sqlite3.h>

#include <new>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/base/check.h"

namespace heng::store {
namespace {

constexpr const char* kName = "heng-gathering";
// No more than this waits. SQLite's unix VFS cannot write 128 KiB at once: it looks at the lowest 17 bits of a count alone.
constexpr size_t kGathered = (size_t{128} << 10) - 1;

// The system's file stands behind it in the memory that SQLite gives, `szOsFile` bytes in all.
struct File : sqlite3_file {
  std::string gathered;      // what was written and has not reached the file
  sqlite3_int64 begins = 0;  // where in the file
};
constexpr size_t kOwnBytes = (sizeof(File) + 15) / 16 * 16;

File& Own(sqlite3_file* file) { return static_cast<File&>(*file); }
sqlite3_file* System(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kOwnBytes);
}
sqlite3_vfs* System(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int Flush(sqlite3_file* file) {
  File& own = Own(file);
  if (own.gathered.empty()) return SQLITE_OK;
  sqlite3_file* system = System(file);
  const int done =
      system->pMethods->xWrite(system, own.gathered.data(), static_cast<int>(own.gathered.size()), own.begins);
  // SQLite gives up the transaction of what fails here, as of what fails at its own write.
  own.gathered.clear();
  return done;
}

int Write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
  File& own = Own(file);
  const std::string_view piece(static_cast<const char*>(bytes), static_cast<size_t>(count));
  const bool continues = at == own.begins + static_cast<sqlite3_int64>(own.gathered.size());
  if (!continues || own.gathered.size() + piece.size() > kGathered) {
    if (const int done = Flush(file); done != SQLITE_OK) return done;
    own.begins = at;
  }
  if (piece.size() > kGathered) return System(file)->pMethods->xWrite(System(file), bytes, count, at);
  try {
    own.gathered += piece;
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
  return SQLITE_OK;
}

int Close(sqlite3_file* file) {
  const int flushed = Flush(file);
  sqlite3_file* system = System(file);
  const int closed = system->pMethods->xClose(system);
  Own(file).~File();
  return flushed == SQLITE_OK ? closed : flushed;
}

// Any other call: to the system's file, behind what was written.
template <auto Method, typename Out, typename... Arguments>
Out AfterFlush(sqlite3_file* file, Arguments... arguments) {
  const int flushed = Flush(file);
  if constexpr (std::is_same_v<Out, int>) {
    if (flushed != SQLITE_OK) return flushed;
  }
  sqlite3_file* system = System(file);
  return (system->pMethods->*Method)(system, arguments...);
}

// What says nothing of the file's contents.
template <auto Method>
int AsSystem(sqlite3_file* file) {
  sqlite3_file* system = System(file);
  return (system->pMethods->*Method)(system);
}

using Methods = sqlite3_io_methods;
constexpr Methods kMethods = {
    3,
    Close,
    AfterFlush<&Methods::xRead>,
    Write,
    AfterFlush<&Methods::xTruncate>,
    AfterFlush<&Methods::xSync>,
    AfterFlush<&Methods::xFileSize>,
    AfterFlush<&Methods::xLock>,
    AfterFlush<&Methods::xUnlock>,
    AfterFlush<&Methods::xCheckReservedLock>,
    AfterFlush<&Methods::xFileControl>,
    AsSystem<&Methods::xSectorSize>,
    AsSystem<&Methods::xDeviceCharacteristics>,
    AfterFlush<&Methods::xShmMap>,
    AfterFlush<&Methods::xShmLock>,
    AfterFlush<&Methods::xShmBarrier>,
    AfterFlush<&Methods::xShmUnmap>,
    AfterFlush<&Methods::xFetch>,
    AfterFlush<&Methods::xUnfetch>,
};

int Open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* given) {
  File* own = new (file) File();
  sqlite3_file* system = System(file);
  const int opened = System(vfs)->xOpen(System(vfs), name, system, flags, given);
  // Whatever the system's says has to be closed.
  own->pMethods = system->pMethods == nullptr ? nullptr : &kMethods;
  if (own->pMethods == nullptr) own->~File();
  return opened;
}

template <auto Method, typename Out, typename... Arguments>
Out OfSystem(sqlite3_vfs* vfs, Arguments... arguments) {
  return (System(vfs)->*Method)(System(vfs), arguments...);
}

sqlite3_vfs* MakeVfs() {
  sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  CHECK(system != nullptr && system->iVersion >= 2);
  using Vfs = sqlite3_vfs;
  static Vfs vfs{};
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(kOwnBytes) + system->szOsFile;
  vfs.mxPathname = system->mxPathname;
  vfs.zName = kName;
  vfs.pAppData = system;
  vfs.xOpen = Open;
  vfs.xDelete = OfSystem<&Vfs::xDelete>;
  vfs.xAccess = OfSystem<&Vfs::xAccess>;
  vfs.xFullPathname = OfSystem<&Vfs::xFullPathname>;
  vfs.xDlOpen = OfSystem<&Vfs::xDlOpen>;
  vfs.xDlError = OfSystem<&Vfs::xDlError>;
  vfs.xDlSym = [](Vfs* own, void* library, const char* symbol) {
    return System(own)->xDlSym(System(own), library, symbol);
  };
  vfs.xDlClose = OfSystem<&Vfs::xDlClose>;
  vfs.xRandomness = OfSystem<&Vfs::xRandomness>;
  vfs.xSleep = OfSystem<&Vfs::xSleep>;
  vfs.xCurrentTime = OfSystem<&Vfs::xCurrentTime>;
  vfs.xGetLastError = OfSystem<&Vfs::xGetLastError>;
  vfs.xCurrentTimeInt64 = OfSystem<&Vfs::xCurrentTimeInt64>;
  CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
  return &vfs;
}

}  // namespace

const char* GatheringVfs() {
  static const sqlite3_vfs* const vfs = MakeVfs();
  return vfs->zName;
}

}  // namespace heng::store
