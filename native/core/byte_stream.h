#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace calibrt {

/// Appends integers and floats to a vector of bytes.
class ByteWriter {
 public:
  void byte(std::uint8_t value) { bytes_.push_back(value); }
  /// A non-negative integer as LEB128, in the fewest bytes.
  void integer(std::int64_t value);
  /// IEEE float32, little-endian.
  void float32(float value);
  [[nodiscard]] std::vector<std::uint8_t> take() && { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Reads what ByteWriter wrote; every member throws std::invalid_argument at the end of the bytes.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint8_t byte();
  /// A LEB128 integer below 2^63; longer than needed is refused, so that a value has one encoding.
  std::int64_t integer();
  float float32();
  [[nodiscard]] bool atEnd() const noexcept { return bytes_.empty(); }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace calibrt
