#include "engine/data/ulid.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "engine/base/check.h"

namespace heng::data {

std::string UlidOf(uint64_t unix_ms, const unsigned char* random) {
  static constexpr char kLetters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  unsigned char bytes[16];
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<unsigned char>(unix_ms >> (8 * (5 - i)));
  for (int i = 0; i < 10; ++i) bytes[6 + i] = random[i];
  // 130 bits in 26 letters: two zero bits stand before the 128.
  std::string out;
  unsigned buffer = 0;
  int bits = 2;
  for (const unsigned char byte : bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += kLetters[(buffer >> bits) & 31U];
    }
    buffer &= (1U << bits) - 1;
  }
  return out;
}

std::string NewUlid() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return NewUlid(static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
}

std::string NewUlid(uint64_t unix_ms) {
  thread_local std::array<unsigned char, 10> random;
  thread_local std::optional<uint64_t> of;
  // One more than the last one; after the greatest there is, as with another time, the system's.
  const bool follows =
      of == unix_ms && std::any_of(random.rbegin(), random.rend(), [](unsigned char& byte) { return ++byte != 0; });
  if (!follows) CHECK(getrandom(random.data(), random.size(), 0) == static_cast<ssize_t>(random.size()));
  of = unix_ms;
  return UlidOf(unix_ms, random.data());
}

}  // namespace heng::data
