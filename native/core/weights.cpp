#include "core/weights.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <stdexcept>
#include <string>

#include "core/channels.h"
#include "core/float_bits.h"
#include "core/quantize.h"

namespace calibrt {
namespace {

constexpr float kTop = 127.0F;

// Magnitudes compare as their bits do; infinity and NaN lie above all finite ones.
std::uint32_t largestMagnitude(std::span<const float> data) {
  std::uint32_t largest = 0;
  for (const float value : data) largest = std::max(largest, magnitudeBits(value));
  return largest;
}

}  // namespace

QuantizedWeights quantizeWeights(std::span<const float> data, std::size_t channels, std::size_t inner, float floor) {
  std::vector<std::uint32_t> largest(channels, 0);
  forEachChannelRun(data.size(), channels, inner, [&](std::size_t channel, std::size_t offset, std::size_t length) {
    largest[channel] = std::max(largest[channel], largestMagnitude(data.subspan(offset, length)));
  });

  QuantizedWeights result{std::vector<std::int8_t>(data.size()), std::vector<float>(channels)};
  for (std::size_t channel = 0; channel < channels; ++channel) {
    if (largest[channel] >= kInfinityBits) {
      throw std::invalid_argument("channel " + std::to_string(channel) + " holds NaN or infinity");
    }
    const float scale = std::bit_cast<float>(largest[channel]) / kTop;
    result.scales[channel] = scale < std::numeric_limits<float>::min() ? floor : scale;
  }
  quantizeLinear(data, {result.scales, {}, inner}, std::span(result.data));
  return result;
}

}  // namespace calibrt
