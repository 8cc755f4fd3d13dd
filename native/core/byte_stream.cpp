#include "core/byte_stream.h"

#include <bit>
#include <stdexcept>

namespace calibrt {

void ByteWriter::integer(std::int64_t value) {
  auto rest = static_cast<std::uint64_t>(value);
  while (rest >= 0x80) {
    byte(static_cast<std::uint8_t>(rest | 0x80));
    rest >>= 7;
  }
  byte(static_cast<std::uint8_t>(rest));
}

void ByteWriter::float32(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  for (int shift = 0; shift < 32; shift += 8) byte(static_cast<std::uint8_t>(bits >> shift));
}

std::uint8_t ByteReader::byte() {
  if (bytes_.empty()) throw std::invalid_argument("the bytes end too early");
  const std::uint8_t value = bytes_.front();
  bytes_ = bytes_.subspan(1);
  return value;
}

std::int64_t ByteReader::integer() {
  std::uint64_t value = 0;
  // Nine groups of 7 bits are 63 bits.
  for (int shift = 0; shift < 63; shift += 7) {
    const std::uint8_t group = byte();
    value |= std::uint64_t{group & 0x7fU} << shift;
    if ((group & 0x80U) != 0) continue;
    if (group == 0 && shift > 0) break;
    return static_cast<std::int64_t>(value);
  }
  throw std::invalid_argument("an integer is malformed");
}

float ByteReader::float32() {
  std::uint32_t bits = 0;
  for (int shift = 0; shift < 32; shift += 8) bits |= std::uint32_t{byte()} << shift;
  return std::bit_cast<float>(bits);
}

}  // namespace calibrt
