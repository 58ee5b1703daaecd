// The tables, the rules that the database enforces on them, and their migrations. Internal to store/.
#pragma once

#include "engine/store/database.h"

namespace heng::store {

// The version of the schema that this program writes.
int SchemaVersion();

// Brings the database to that version, in one transaction, and only reads if it is there. The version that was found; 0: none, it is
// new. Error: store-too-new (kFindings).
Result<int> Migrate(Connection& connection, int version = SchemaVersion());

// That the database has the version of this program, for those who only read. Errors: no-such-store (kEnvironment), store-too-old,
// store-too-new (kFindings).
Status NeedCurrent(Connection& connection);

// The text of each migration, from version 1 on: once released, it is never altered (a test holds their digests).
std::vector<std::string> MigrationTexts();

}  // namespace heng::store
