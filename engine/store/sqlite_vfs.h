// How SQLite reaches its files: as the system's own VFS does, but writes that continue one another reach the file as one. A commit writes
// each page and the 24 bytes before it by calls of their own, a checkpoint each page: together a call a decision, which cost more than all
// else that the log does. Internal to store/; used by sqlite.cc.
#pragma once

namespace heng::store {

// The name of the VFS, registered with the first call. What is written waits until the next call to the same file that does not
// continue it: a sync at the latest. REQUIRES of connections: synchronous=FULL, so that each commit ends with a sync of what it wrote
// before anybody else is told of it.
const char* GatheringVfs();

}  // namespace heng::store
