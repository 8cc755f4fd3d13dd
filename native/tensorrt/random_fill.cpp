#include "tensorrt/random_fill.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <random>

#include "tensorrt/failed.h"

namespace calibrt::tensorrt {
namespace {

using nvinfer1::DataType;

/// What libstdc++ means by its default engine, by its own name, so that no other library changes the sequence.
using Generator = std::minstd_rand0;

template <typename Element, typename Next>
void fill(std::span<std::byte> data, Next&& next) {
  for (std::size_t i = 0; i + sizeof(Element) <= data.size(); i += sizeof(Element)) {
    const Element value = next();
    std::memcpy(data.data() + i, &value, sizeof(Element));
  }
}

/// The binary16 nearest to a value in [-1, 1), ties to even.
std::uint16_t toHalf(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint32_t>(bits >> 16 & 0x8000);
  const auto magnitude = std::bit_cast<float>(bits & 0x7fffffff);
  // Adding this aligns the last bit to keep, by the processor's own rounding: 2^-24 below 2^-14, else 2^-10 of the
  // value.
  if (magnitude < 0x1p-14F) {
    const float rounded = magnitude + 0x1p-1F;
    return static_cast<std::uint16_t>(sign |
                                      (std::bit_cast<std::uint32_t>(rounded) - std::bit_cast<std::uint32_t>(0x1p-1F)));
  }
  const std::uint32_t magnitudeBits = bits & 0x7fffffff;
  const std::uint32_t rounded = magnitudeBits + 0xfff + (magnitudeBits >> 13 & 1);
  return static_cast<std::uint16_t>(sign | ((rounded >> 13) - ((127 - 15) << 10)));
}

std::uint16_t toBfloat(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

}  // namespace

void fillRandomly(std::span<std::byte> data, DataType type) {
  // trtexec's own values: its generator is never seeded.
  Generator generator;  // NOLINT(cert-msc32-c,cert-msc51-cpp)
  std::uniform_real_distribution<float> real(-1.0F, 1.0F);
  std::uniform_int_distribution<int> integer(-128, 127);
  std::uniform_int_distribution<int> byte(0, 255);
  std::uniform_int_distribution<int> bit(0, 1);
  switch (type) {
    case DataType::kFLOAT:
      fill<float>(data, [&] { return real(generator); });
      return;
    case DataType::kHALF:
      fill<std::uint16_t>(data, [&] { return toHalf(real(generator)); });
      return;
    case DataType::kBF16:
      fill<std::uint16_t>(data, [&] { return toBfloat(real(generator)); });
      return;
    case DataType::kINT32:
      fill<std::int32_t>(data, [&] { return integer(generator); });
      return;
    case DataType::kINT64:
      fill<std::int64_t>(data, [&] { return integer(generator); });
      return;
    case DataType::kINT8:
      fill<std::int8_t>(data, [&] { return static_cast<std::int8_t>(integer(generator)); });
      return;
    case DataType::kUINT8:
    case DataType::kINT4:
      fill<std::uint8_t>(data, [&] { return static_cast<std::uint8_t>(byte(generator)); });
      return;
    case DataType::kBOOL:
      fill<std::uint8_t>(data, [&] { return static_cast<std::uint8_t>(bit(generator)); });
      return;
    case DataType::kFP8:
    case DataType::kFP4:
    case DataType::kE8M0:
      break;
  }
  throw Failed(FailureKind::kUnsupported, "an input of this type cannot be filled by random: give its values");
}

}  // namespace calibrt::tensorrt
