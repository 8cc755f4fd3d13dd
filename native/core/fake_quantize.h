#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/quantize.h"

namespace calibrt {

/// The integers from `least` to `greatest`, which hold 0; at most 2^16 of them.
struct IntegerRange {
  std::int32_t least;
  std::int32_t greatest;
};

/// Quantizes and dequantizes: what quantizeLinear() and dequantizeLinear() would give with these integers, bit for bit
/// where they are those of int8 or uint8.
///
/// With a `seed`, rounding is stochastic: x / scale goes up with a probability equal to its fractional part, as
/// floor(x / scale + u), where u of element i is the upper 24 bits of the (i + 1)-th output of SplitMix64 (Steele, Lea
/// and Flood, 2014) from that seed, over 2^24. So the result depends on the seed and the place alone.
///
/// `out` is as long as `data`, and may be the same.
void fakeQuantize(std::span<const float> data, const QuantizationParameters& parameters, IntegerRange integers,
                  std::optional<std::uint64_t> seed, std::span<float> out);

/// The least power of two that is at least `scale`, finite and above 0; 2^127 for what lies above. No value that
/// `scale` keeps is clipped by it, and requantization is a shift.
[[nodiscard]] float powerOfTwoScale(float scale);

}  // namespace calibrt
