#include "engine/base/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "engine/base/check.h"

namespace heng {

void WriteDigest(DigestKind kind, std::string_view bytes, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  // Fetched once: OpenSSL 3 otherwise looks the algorithm up each time, which takes as long as a short text itself.
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const kSm3 = EVP_MD_fetch(nullptr, "SM3", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  const bool done = EVP_DigestInit_ex2(context.get(), kind == DigestKind::kSha256 ? kSha256 : kSm3, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), hash, &size) == 1;
  CHECK(done);
  const std::string_view name = kind == DigestKind::kSha256 ? "sha256:" : "sm3:";
  out.resize(name.size() + size_t{2} * size);
  char* to = std::copy(name.begin(), name.end(), out.data());
  for (unsigned i = 0; i < size; ++i) {
    *to++ = kDigits[hash[i] >> 4U];
    *to++ = kDigits[hash[i] & 15U];
  }
}

std::string Digest(DigestKind kind, std::string_view bytes) {
  std::string out;
  WriteDigest(kind, bytes, out);
  return out;
}

std::string Sha256(std::string_view bytes) { return Digest(DigestKind::kSha256, bytes); }

std::optional<DigestKind> DigestKindOf(std::string_view digest) {
  const size_t colon = digest.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view digits = digest.substr(colon + 1);
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (digits.size() != 64 || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  if (digest.starts_with("sha256:")) return DigestKind::kSha256;
  if (digest.starts_with("sm3:")) return DigestKind::kSm3;
  return std::nullopt;
}

bool IsDigestOf(std::string_view digest, std::string_view bytes) {
  const auto kind = DigestKindOf(digest);
  return kind && digest == Digest(*kind, bytes);
}

}  // namespace heng
