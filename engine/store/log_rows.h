// The statements of the decision log and of idempotency keys, each inside the caller's transaction. Internal to store/.
#pragma once

#include "engine/store/database.h"
#include "engine/store/log_group.h"
#include "engine/store/store.h"

namespace heng::store {

// Where a district's chain ends: 0 and empty if it has not begun.
struct LogHead {
  int64_t sequence = 0;
  std::string hash;
};

Result<LogHead> FindHead(Connection& connection, const std::string& district);
// Error: immutable (kFindings), if one of its ids is taken.
Status InsertGroup(Connection& connection, LogGroup group);
// The same in a store that is on its way through version 3 of the schema, which does not pack.
Status InsertGroupOfVersion3(Connection& connection, LogGroup group);
// Nothing if there is no decision of that id in the district.
Result<std::optional<Record>> SelectRecord(Connection& connection, const std::string& district, const std::string& id);
Result<std::vector<Record>> SelectRecords(Connection& connection, const LogQuery& query);
Result<std::vector<Checkpoint>> SelectCheckpoints(Connection& connection, const std::string& district);
// Signs and inserts it; keeps the public key.
Result<Checkpoint> MakeCheckpoint(Connection& connection, const std::string& district, Checkpoint::Kind kind,
                                  const LogHead& head, int64_t now_ms, const SigningKey* key);

// Nothing if the key is new. Error: idempotency-conflict (kFindings).
Result<std::optional<StoredAnswer>> FindAnswer(Connection& connection, const std::string& district,
                                               const IdempotencyKey& key);
Status InsertAnswer(Connection& connection, const std::string& district, const IdempotencyKey& key,
                    const StoredAnswer& answer, int64_t now_ms);

// ---- values of rows, as the schema says that they are

const std::string& TextOf(const Value& value);  // empty for NULL
const std::string& BytesOf(const Value& value);
int64_t NumberOf(const Value& value);
std::optional<int64_t> MaybeNumberOf(const Value& value);
// NULL for nothing.
Value OrNull(const std::optional<int64_t>& number);

tl::unexpected<Error> StoreCorrupt();

}  // namespace heng::store
