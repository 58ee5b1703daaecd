// ULID: an id that sorts by time. 48 bits of milliseconds since 1970, 80 random bits, as 26 letters of Crockford's base
// 32 (github.com/ulid/spec).
#pragma once

#include <cstdint>
#include <string>

namespace heng::data {

// Of now. Thread-safe.
std::string NewUlid();
// With the time given and random bits from the system; of one thread's with the same time each is greater than the one before (the
// specification's monotonicity), so that who keeps them in their order finds them in order. Thread-safe.
std::string NewUlid(uint64_t unix_ms);
// From its parts; for tests. `random`: 10 bytes.
std::string UlidOf(uint64_t unix_ms, const unsigned char* random);

}  // namespace heng::data
