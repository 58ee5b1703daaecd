// Packing: the records of a row of the log, compressed (Zstandard, RFC 8878). What lies together there was decided by one policy and says
// mostly the same, so that a tenth is left of it, and writing that costs less than packing does. Internal to store/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heng::store {

std::string Pack(std::string_view bytes);

// Nothing if `packed` is not what Pack gives for `size` bytes. Without looking at whether the bytes are right: the chain says that.
std::optional<std::string> Unpack(std::string_view packed, int64_t size);

}  // namespace heng::store
