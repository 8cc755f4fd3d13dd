#pragma once

#include <bit>
#include <cstdint>

namespace calibrt {

inline constexpr std::uint32_t kMagnitudeMask = 0x7fffffffU;
inline constexpr std::uint32_t kInfinityBits = 0x7f800000U;

/// Maps a float to an int32 that compares as the float does: -NaN < -Inf < ... < -0 < +0 < ... < +Inf < +NaN. Integers
/// keep denormals apart from zero whatever the thread's denormals-are-zero mode.
constexpr std::int32_t toOrdered(float value) {
  const auto bits = std::bit_cast<std::int32_t>(value);
  return bits ^ ((bits >> 31) & static_cast<std::int32_t>(kMagnitudeMask));
}

/// Inverse of toOrdered().
constexpr float fromOrdered(std::int32_t ordered) {
  return std::bit_cast<float>(ordered ^ ((ordered >> 31) & static_cast<std::int32_t>(kMagnitudeMask)));
}

constexpr std::uint32_t magnitudeBits(float value) { return std::bit_cast<std::uint32_t>(value) & kMagnitudeMask; }

/// 2^exponent for a normal result: -126 <= exponent <= 127.
constexpr float powerOfTwo(int exponent) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(exponent + 127) << 23);
}

}  // namespace calibrt
