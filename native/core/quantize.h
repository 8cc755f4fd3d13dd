#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace calibrt {

/// Scale and zero point of every channel of data that is [outer, channels, inner]; `zeroPoint` is empty (all 0) or as
/// long as `scale`.
struct QuantizationParameters {
  std::span<const float> scale;
  std::span<const std::int32_t> zeroPoint;
  /// Elements of one channel that lie next to each other; of no meaning with a single scale.
  std::size_t inner = 1;
};

/// QuantizeLinear: round half to even of x / scale, plus the zero point, saturated. Divides, because multiplying by the
/// reciprocal differs from ONNX Runtime; NaN gives the least integer, as there. `out` is as long as `data`.
void quantizeLinear(std::span<const float> data, const QuantizationParameters& parameters, std::span<std::int8_t> out);
void quantizeLinear(std::span<const float> data, const QuantizationParameters& parameters, std::span<std::uint8_t> out);

/// DequantizeLinear: (q - zero point) * scale. `out` is as long as `data`.
void dequantizeLinear(std::span<const std::int8_t> data, const QuantizationParameters& parameters,
                      std::span<float> out);
void dequantizeLinear(std::span<const std::uint8_t> data, const QuantizationParameters& parameters,
                      std::span<float> out);

}  // namespace calibrt
