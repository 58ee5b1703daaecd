// Compression of answers with gzip, where the client takes it and it is worth it. By zlib.
#pragma once

#include <string_view>

#include "server/message.h"

namespace heng::server {

// Replaces the body, and says so in the headers.
void Compress(std::string_view accept_encoding, Response& response);

}  // namespace heng::server
