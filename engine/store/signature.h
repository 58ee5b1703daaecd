// Keys that sign checkpoints: Ed25519 (RFC 8032), or SM2 with SM3 (GB/T 32918) as the national alternative. Which one, the key itself
// says. Keys are PEM texts, as `openssl genpkey` writes them. By OpenSSL.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace heng::store {

enum class SignatureKind : unsigned char { kEd25519, kSm2 };

class PublicKey {
 public:
  // Error, kFindings: bad-key (not a PEM public key of either kind).
  static Result<PublicKey> FromPem(std::string_view pem);
  bool Verify(std::string_view bytes, std::string_view signature) const;
  const std::string& pem() const { return pem_; }
  // SHA-256 of its DER form: what a checkpoint calls it.
  const std::string& id() const { return id_; }

 private:
  friend class SigningKey;
  std::shared_ptr<void> key_;  // an EVP_PKEY
  std::string pem_;
  std::string id_;
};

class SigningKey {
 public:
  static SigningKey Generate(SignatureKind kind);
  // Error, kFindings: bad-key.
  static Result<SigningKey> FromPem(std::string_view pem);
  // From the file; if there is none, a new one is made and written there, readable by its owner only.
  static Result<SigningKey> LoadOrCreate(const std::string& path, SignatureKind kind = SignatureKind::kEd25519);
  std::string Sign(std::string_view bytes) const;
  std::string ToPem() const;
  const PublicKey& public_key() const { return public_; }

 private:
  std::shared_ptr<void> key_;
  PublicKey public_;
};

}  // namespace heng::store
