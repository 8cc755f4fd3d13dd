#include "core/fake_quantize.h"

#include <algorithm>
#include <cmath>

#include "core/channels.h"

namespace calibrt {
namespace {

// Rounds to the nearest integer, half to even, as in quantize.cpp.
constexpr float kRounder = 12582912.0F;

/// Output number `index` + 1 of SplitMix64, which needs none of those before it.
std::uint64_t splitMix64(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

double uniform(std::uint64_t seed, std::uint64_t index) {
  return static_cast<double>(splitMix64(seed, index) >> 40) * 0x1p-24;
}

template <typename Round>
void fakeQuantizeWith(std::span<const float> data, const QuantizationParameters& parameters, IntegerRange integers,
                      std::span<float> out, const Round& round) {
  const auto run = [&](std::size_t channel, std::size_t offset, std::size_t length) {
    const float scale = parameters.scale[channel];
    const std::int32_t zero = parameters.zeroPoint.empty() ? 0 : parameters.zeroPoint[channel];
    const auto least = static_cast<float>(integers.least - zero);
    const auto greatest = static_cast<float>(integers.greatest - zero);
    for (std::size_t i = offset; i < offset + length; ++i) {
      float value = data[i] / scale;
      // In this order and this way round NaN becomes the least.
      value = value > least ? value : least;
      value = value < greatest ? value : greatest;
      // Through an integer: -0 becomes 0, as it does in storage.
      out[i] = static_cast<float>(round(value, i)) * scale;
    }
  };
  forEachChannelRun(data.size(), parameters.scale.size(), parameters.inner, run);
}

}  // namespace

void fakeQuantize(std::span<const float> data, const QuantizationParameters& parameters, IntegerRange integers,
                  std::optional<std::uint64_t> seed, std::span<float> out) {
  if (!seed) {
    fakeQuantizeWith(data, parameters, integers, out,
                     [](float value, std::size_t) { return static_cast<std::int32_t>((value + kRounder) - kRounder); });
    return;
  }
  fakeQuantizeWith(data, parameters, integers, out, [state = *seed](float value, std::size_t i) {
    // In double the sum is exact, so that an integer stays what it is.
    return static_cast<std::int32_t>(std::floor(static_cast<double>(value) + uniform(state, i)));
  });
}

float powerOfTwoScale(float scale) {
  int exponent = 0;
  const float fraction = std::frexp(scale, &exponent);
  return std::ldexp(1.0F, std::min(fraction == 0.5F ? exponent - 1 : exponent, 127));
}

}  // namespace calibrt
