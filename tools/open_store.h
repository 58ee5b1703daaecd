// The store that a verb works on: as --store names it, or as the service's configuration does.
#pragma once

#include <memory>
#include <string>

#include "engine/base/file.h"
#include "engine/store/store.h"
#include "tools/verbs.h"

namespace heng::tools {

// `url` empty: the store of `config`, whose mistakes are printed. Errors: usage, no-store (neither names one); bad-configuration; those
// of opening it.
Result<std::unique_ptr<store::Store>> OpenStore(const std::string& url, const std::string& config, const Manner& manner,
                                                store::StoreUse use, store::StoreOptions options = {});

// The store::SigningKey or store::PublicKey in a PEM file. Errors: those of reading it (4 KiB at most) and of FromPem, at the file.
template <typename Key>
Result<Key> ReadPem(const std::string& path) {
  constexpr size_t kMostBytes = 4096;
  const Result<std::string> pem = ReadFile(path, kMostBytes);
  if (!pem) return tl::unexpected(pem.error());
  Result<Key> key = Key::FromPem(*pem);
  if (!key) key.error().at = path;
  return key;
}

// Options with the key in that file, which signs checkpoints. Errors: those of ReadPem.
Result<store::StoreOptions> SignedBy(const std::string& path);

}  // namespace heng::tools
