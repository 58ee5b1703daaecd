// Digests of bytes, as the name of the algorithm and 64 hexadecimal digits: `sha256:…` (FIPS 180-4), `sm3:…` (GB/T 32905). By OpenSSL.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heng {

enum class DigestKind : unsigned char { kSha256, kSm3 };

std::string Digest(DigestKind kind, std::string_view bytes);
// The same, in place of what `out` held: without new memory, if that was a digest.
void WriteDigest(DigestKind kind, std::string_view bytes, std::string& out);
std::string Sha256(std::string_view bytes);

// The algorithm that a digest names; nothing if it is no digest.
std::optional<DigestKind> DigestKindOf(std::string_view digest);

// True if `digest` is one, and that of `bytes` by the algorithm that it names.
bool IsDigestOf(std::string_view digest, std::string_view bytes);

}  // namespace heng
