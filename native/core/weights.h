#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace calibrt {

/// INT8 weights with one scale per channel.
struct QuantizedWeights {
  std::vector<std::int8_t> data;
  std::vector<float> scales;
};

/// Quantizes weights, [outer, channels, inner], symmetrically to -127 ... 127 with scale amax / 127 per channel, where
/// amax is the channel's largest |x|. A scale that would be 0 or denormal (inference libraries flush those to 0) is
/// `floor`.
///
/// @throws std::invalid_argument, naming the channel, where a weight is NaN or infinite.
[[nodiscard]] QuantizedWeights quantizeWeights(std::span<const float> data, std::size_t channels, std::size_t inner,
                                               float floor);

}  // namespace calibrt
