// Bundles in the database: each file's bytes once, by their digest; and a manifest, a blob too, of names and digests (pairs.h). Internal
// to store/.
#pragma once

#include "engine/base/digest.h"
#include "engine/store/database.h"
#include "engine/store/store.h"

namespace heng::store {

// The digest of the manifest.
std::string DigestOf(const Bundle& bundle, DigestKind kind);
Result<std::string> PutBundle(Connection& connection, const Bundle& bundle, DigestKind kind);
// Error: store-corrupt if a digest is not that of its bytes.
Result<Bundle> GetBundle(Connection& connection, const std::string& digest);

}  // namespace heng::store
