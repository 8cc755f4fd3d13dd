#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>

namespace calibrt::test {

/// One message of protobuf's wire format: `while (fields.next()) switch (fields.number()) …`.
///
/// @throws std::invalid_argument where the bytes are no such message
class Fields {
 public:
  explicit Fields(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  bool next() {
    if (rest_.empty()) return false;
    const std::uint64_t tag = varint();
    number_ = static_cast<std::uint32_t>(tag >> 3);
    wire_ = static_cast<std::uint32_t>(tag & 7);
    if (number_ == 0) throw std::invalid_argument("field number 0");
    switch (wire_) {
      case 0:
        value_ = varint();
        break;
      case 1:
        bytes_ = take(8);
        break;
      case 2:
        bytes_ = take(varint());
        break;
      case 5:
        bytes_ = take(4);
        break;
      default:
        throw std::invalid_argument("wire type " + std::to_string(wire_));
    }
    return true;
  }

  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] bool isVarint() const { return wire_ == 0; }
  [[nodiscard]] std::int64_t integer() const { return static_cast<std::int64_t>(value_); }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }
  [[nodiscard]] std::string text() const { return {bytes_.begin(), bytes_.end()}; }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = take(1)[0];
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    throw std::invalid_argument("number too long");
  }

  std::span<const std::uint8_t> take(std::uint64_t size) {
    if (size > rest_.size()) throw std::invalid_argument("truncated");
    const auto taken = rest_.first(static_cast<std::size_t>(size));
    rest_ = rest_.subspan(static_cast<std::size_t>(size));
    return taken;
  }

  std::span<const std::uint8_t> rest_;
  std::uint32_t number_ = 0;
  std::uint32_t wire_ = 0;
  std::uint64_t value_ = 0;
  std::span<const std::uint8_t> bytes_;
};

}  // namespace calibrt::test
