#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "infer/interpret.h"

namespace calibrt::test {
namespace {

float fromHalf(std::uint16_t half) {
  const int exponent = half >> 10 & 0x1F;
  const auto mantissa = static_cast<float>(half & 0x3FF);
  const float sign = (half & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 31) return mantissa == 0 ? sign * INFINITY : NAN;
  return sign * (exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25));
}

/// To the nearest, ties to even.
std::uint16_t toHalf(double value) {
  const auto sign = static_cast<unsigned>(std::signbit(value) ? 0x8000 : 0);
  const double magnitude = std::abs(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7E00U);
  if (magnitude >= 65520) return static_cast<std::uint16_t>(sign | 0x7C00U);
  const int exponent = std::max(magnitude == 0 ? -14 : std::ilogb(magnitude), -14);
  const auto steps = static_cast<unsigned>(std::nearbyint(std::ldexp(magnitude, 10 - exponent)));
  // A carry out of the mantissa is the next exponent's first value.
  return static_cast<std::uint16_t>(sign | (static_cast<unsigned>(exponent + 14) * 1024U + steps));
}

std::uint16_t toBfloat16(double value) {
  auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  if (!std::isnan(value)) bits += 0x7FFFU + (bits >> 16 & 1U);
  return static_cast<std::uint16_t>(bits >> 16);
}

template <typename Element>
std::vector<double> read(const void* bytes, std::size_t count) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    Element element{};
    std::memcpy(&element, static_cast<const char*>(bytes) + i * sizeof element, sizeof element);
    values[i] = static_cast<double>(element);
  }
  return values;
}

template <typename Element>
void write(const std::vector<double>& values, void* bytes) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto element = static_cast<Element>(values[i]);
    std::memcpy(static_cast<char*>(bytes) + i * sizeof element, &element, sizeof element);
  }
}

}  // namespace

std::vector<double> decode(ElementType type, const void* bytes, std::size_t count) {
  switch (type) {
    case ElementType::kUint8:
    case ElementType::kBool:
    case ElementType::kFloat8:
      return read<std::uint8_t>(bytes, count);
    case ElementType::kInt8:
      return read<std::int8_t>(bytes, count);
    case ElementType::kInt32:
      return read<std::int32_t>(bytes, count);
    case ElementType::kInt64:
      return read<std::int64_t>(bytes, count);
    case ElementType::kDouble:
      return read<double>(bytes, count);
    case ElementType::kHalf:
    case ElementType::kBfloat16: {
      std::vector<double> values = read<std::uint16_t>(bytes, count);
      for (double& value : values) {
        const auto bits = static_cast<std::uint16_t>(value);
        value =
            type == ElementType::kHalf ? fromHalf(bits) : std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
      }
      return values;
    }
    default:
      return read<float>(bytes, count);
  }
}

void encode(ElementType type, const std::vector<double>& values, void* bytes) {
  std::vector<double> bits = values;
  switch (type) {
    case ElementType::kBool:
      for (double& value : bits) value = value != 0 ? 1 : 0;
      return write<std::uint8_t>(bits, bytes);
    case ElementType::kUint8:
    case ElementType::kFloat8:
      for (double& value : bits) value = std::clamp(std::nearbyint(value), 0.0, 255.0);
      return write<std::uint8_t>(bits, bytes);
    case ElementType::kInt8:
      for (double& value : bits) value = std::clamp(std::nearbyint(value), -128.0, 127.0);
      return write<std::int8_t>(bits, bytes);
    case ElementType::kInt32:
      return write<std::int32_t>(values, bytes);
    case ElementType::kInt64:
      return write<std::int64_t>(values, bytes);
    case ElementType::kDouble:
      return write<double>(values, bytes);
    case ElementType::kHalf:
      for (double& value : bits) value = toHalf(value);
      return write<std::uint16_t>(bits, bytes);
    case ElementType::kBfloat16:
      for (double& value : bits) value = toBfloat16(value);
      return write<std::uint16_t>(bits, bytes);
    default:
      return write<float>(values, bytes);
  }
}

}  // namespace calibrt::test
