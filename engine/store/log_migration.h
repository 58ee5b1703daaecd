// What version 3 of the schema does with the log of the versions before: records that were a row each become groups. Internal to store/.
#pragma once

#include "engine/store/database.h"

namespace heng::store {

// From the table `decisions` into `log_groups`; the record's members stay as they are, also where they were tampered with.
Status GroupDecisions(Connection& connection);

}  // namespace heng::store
