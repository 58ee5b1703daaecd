// What a Store is made of. Internal to store/: its methods are in store.cc, log.cc, versions.cc, settlements.cc, keys.cc.
#pragma once

#include "engine/store/log_writer.h"
#include "engine/store/session.h"
#include "engine/store/store.h"

namespace heng::store {

struct Store::Parts {
  Parts(const Session::Opener& open, StoreOptions with)
      : options(std::move(with)), writer(open), reader(open), log(writer, options) {}

  StoreOptions options;
  std::string name;
  bool made = false;
  Session writer;
  Session reader;
  LogWriter log;
};

}  // namespace heng::store
