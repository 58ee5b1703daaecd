#include "engine/store/bundles.h"

#include "engine/store/log_rows.h"
#include "engine/store/pairs.h"

namespace heng::store {
namespace {

std::string ManifestOf(const Bundle& bundle, DigestKind kind) {
  Pairs manifest;
  for (const File& file : bundle) manifest.emplace_back(file.path, Digest(kind, file.bytes));
  return WritePairs(manifest);
}

Result<std::string> PutBlob(Connection& connection, const std::string& bytes, DigestKind kind) {
  std::string digest = Digest(kind, bytes);
  const auto done = connection.Run("INSERT INTO blobs (digest, bytes) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING",
                                   {digest, Bytes{bytes}});
  if (!done) return tl::unexpected(done.error());
  return digest;
}

Result<std::string> GetBlob(Connection& connection, const std::string& digest) {
  const auto rows = connection.Run("SELECT bytes FROM blobs WHERE digest = $1", {digest});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty() || !IsDigestOf(digest, BytesOf(rows->front()[0]))) return StoreCorrupt();
  return BytesOf(rows->front()[0]);
}

}  // namespace

std::string DigestOf(const Bundle& bundle, DigestKind kind) { return Digest(kind, ManifestOf(bundle, kind)); }

Result<std::string> PutBundle(Connection& connection, const Bundle& bundle, DigestKind kind) {
  for (const File& file : bundle) {
    if (auto put = PutBlob(connection, file.bytes, kind); !put) return put;
  }
  return PutBlob(connection, ManifestOf(bundle, kind), kind);
}

Result<Bundle> GetBundle(Connection& connection, const std::string& digest) {
  const Result<std::string> manifest = GetBlob(connection, digest);
  if (!manifest) return tl::unexpected(manifest.error());
  const Result<Pairs> files = ReadPairs(*manifest);
  if (!files) return tl::unexpected(files.error());
  Bundle bundle;
  for (const auto& [path, file_digest] : *files) {
    Result<std::string> bytes = GetBlob(connection, file_digest);
    if (!bytes) return tl::unexpected(bytes.error());
    bundle.push_back({path, std::move(*bytes)});
  }
  return bundle;
}

}  // namespace heng::store
