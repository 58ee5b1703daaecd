// The store that a verb works on: as --store names it, or as the service's configuration does.
#pragma once

#include <memory>
#include <string>

#include "engine/store/store.h"
#include "tools/verbs.h"

namespace heng::tools {

// `url` empty: the store of `config`, whose mistakes are printed. Errors: usage, no-store (neither names one); bad-configuration; those
// of opening it.
Result<std::unique_ptr<store::Store>> OpenStore(const std::string& url, const std::string& config, const Manner& manner,
                                                store::StoreOptions options = {});

// The private key in a PEM file. Errors: those of reading it (4 KiB at most) and of SigningKey::FromPem.
Result<std::shared_ptr<const store::SigningKey>> ReadSigningKey(const std::string& path);

}  // namespace heng::tools
