// The tables, the rules that the database enforces on them, and their migrations. Internal to store/.
#pragma once

#include "engine/store/database.h"

namespace heng::store {

// The version of the schema that this program writes.
int SchemaVersion();

// Brings the database to that version, in one transaction; does nothing if it is there. Error: store-too-new (kFindings).
Status Migrate(Connection& connection, int version = SchemaVersion());

// The text of each migration, from version 1 on: once released, it is never altered (a test holds their digests).
std::vector<std::string> MigrationTexts();

}  // namespace heng::store
