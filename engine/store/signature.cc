#include "engine/store/signature.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/digest.h"
#include "engine/base/file.h"

namespace heng::store {
namespace {

// The identity that GB/T 32918 hashes in where the parties have agreed on none.
constexpr std::string_view kSm2Identity = "1234567812345678";
constexpr size_t kPemBytes = 4096;

EVP_PKEY* KeyOf(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }

std::shared_ptr<void> Own(EVP_PKEY* key) {
  return {key, [](void* k) { EVP_PKEY_free(static_cast<EVP_PKEY*>(k)); }};
}

bool IsSm2(EVP_PKEY* key) { return EVP_PKEY_is_a(key, "SM2") == 1; }
bool IsKnown(EVP_PKEY* key) { return key != nullptr && (IsSm2(key) || EVP_PKEY_is_a(key, "ED25519") == 1); }

tl::unexpected<Error> BadKey() {
  return Fail(ErrorKind::kFindings, "bad-key",
              {"这不是 PEM 形式的 Ed25519 或 SM2 密钥", "this is not an Ed25519 or SM2 key in PEM form"});
}

std::string Text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<size_t>(size));
  BIO_free(bio);
  return text;
}

std::string PublicPem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  CHECK(PEM_write_bio_PUBKEY(bio, key) == 1);
  return Text(bio);
}

std::string IdOf(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  CHECK(size > 0);
  std::string id = Sha256({reinterpret_cast<const char*>(der), static_cast<size_t>(size)});
  OPENSSL_free(der);
  return id;
}

// A context with its identity set; the digest goes with the kind of key.
class Context {
 public:
  explicit Context(EVP_PKEY* key) : context_(EVP_MD_CTX_new()), sm2_(IsSm2(key)) {
    if (!sm2_) return;
    key_context_ = EVP_PKEY_CTX_new(key, nullptr);
    CHECK(EVP_PKEY_CTX_set1_id(key_context_, kSm2Identity.data(), kSm2Identity.size()) == 1);
    EVP_MD_CTX_set_pkey_ctx(context_, key_context_);
  }
  ~Context() {
    EVP_MD_CTX_free(context_);
    EVP_PKEY_CTX_free(key_context_);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  EVP_MD_CTX* get() const { return context_; }
  const EVP_MD* digest() const { return sm2_ ? EVP_sm3() : nullptr; }

 private:
  EVP_MD_CTX* context_;
  EVP_PKEY_CTX* key_context_ = nullptr;
  bool sm2_;
};

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Status WritePrivate(const std::string& path, const std::string& pem) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written =
      file >= 0 && ::write(file, pem.data(), pem.size()) == static_cast<ssize_t>(pem.size()) && ::fsync(file) == 0;
  const std::string why = std::strerror(errno);
  if (file >= 0) ::close(file);
  if (written) return Ok();
  return Fail(ErrorKind::kEnvironment, "file-unwritable",
              {fmt::format("不能写入密钥文件“{}”：{}", path, why),
               fmt::format("cannot write the key file '{}': {}", path, why)},
              path);
}

}  // namespace

Result<PublicKey> PublicKey::FromPem(std::string_view pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* read = PEM_read_bio_PUBKEY(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  const auto key = Own(read);
  if (!IsKnown(read)) return BadKey();
  PublicKey out;
  out.key_ = key;
  out.pem_ = PublicPem(read);
  out.id_ = IdOf(read);
  return out;
}

bool PublicKey::Verify(std::string_view bytes, std::string_view signature) const {
  EVP_PKEY* key = KeyOf(key_);
  const Context context(key);
  return EVP_DigestVerifyInit(context.get(), nullptr, context.digest(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(bytes), bytes.size()) == 1;
}

SigningKey SigningKey::Generate(SignatureKind kind) {
  EVP_PKEY* made = EVP_PKEY_Q_keygen(nullptr, nullptr, kind == SignatureKind::kEd25519 ? "ED25519" : "SM2");
  CHECK(made != nullptr);
  SigningKey out;
  out.key_ = Own(made);
  out.public_ = *PublicKey::FromPem(PublicPem(made));
  return out;
}

Result<SigningKey> SigningKey::FromPem(std::string_view pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  const auto no_password = [](char*, int, int, void*) { return -1; };
  EVP_PKEY* read = PEM_read_bio_PrivateKey(bio, nullptr, no_password, nullptr);
  BIO_free(bio);
  const auto key = Own(read);
  if (!IsKnown(read)) return BadKey();
  SigningKey out;
  out.key_ = key;
  out.public_ = *PublicKey::FromPem(PublicPem(read));
  return out;
}

Result<SigningKey> SigningKey::LoadOrCreate(const std::string& path, SignatureKind kind) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    SigningKey key = Generate(kind);
    if (const Status written = WritePrivate(path, key.ToPem()); !written) return tl::unexpected(written.error());
    return key;
  }
  const Result<std::string> pem = ReadFile(path, kPemBytes);
  if (!pem) return tl::unexpected(pem.error());
  Result<SigningKey> key = FromPem(*pem);
  if (!key) key.error().at = path;
  return key;
}

std::string SigningKey::Sign(std::string_view bytes) const {
  EVP_PKEY* key = KeyOf(key_);
  const Context context(key);
  CHECK(EVP_DigestSignInit(context.get(), nullptr, context.digest(), nullptr, key) == 1);
  size_t size = 0;
  CHECK(EVP_DigestSign(context.get(), nullptr, &size, Bytes(bytes), bytes.size()) == 1);
  std::string signature(size, '\0');
  CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, Bytes(bytes),
                       bytes.size()) == 1);
  signature.resize(size);
  return signature;
}

std::string SigningKey::ToPem() const {
  BIO* bio = BIO_new(BIO_s_mem());
  CHECK(PEM_write_bio_PrivateKey(bio, KeyOf(key_), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return Text(bio);
}

}  // namespace heng::store
