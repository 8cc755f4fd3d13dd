#include "core/quantize.h"

#include <limits>

#include "core/channels.h"

namespace calibrt {
namespace {

// Adding and subtracting 1.5 * 2^23 rounds to the nearest integer, half to even, what is below 2^22 in magnitude;
// unlike nearbyint() it becomes vector instructions on any x86-64.
constexpr float kRounder = 12582912.0F;

template <typename Integer>
void quantizeRun(std::span<const float> data, float scale, std::int32_t zeroPoint, std::span<Integer> out) {
  const auto least = static_cast<float>(std::numeric_limits<Integer>::min() - zeroPoint);
  const auto greatest = static_cast<float>(std::numeric_limits<Integer>::max() - zeroPoint);
  for (std::size_t i = 0; i < data.size(); ++i) {
    float value = data[i] / scale;
    // In this order and this way round NaN becomes the least.
    value = value > least ? value : least;
    value = value < greatest ? value : greatest;
    const float rounded = (value + kRounder) - kRounder;
    out[i] = static_cast<Integer>(static_cast<std::int32_t>(rounded) + zeroPoint);
  }
}

template <typename Integer>
void quantize(std::span<const float> data, const QuantizationParameters& parameters, std::span<Integer> out) {
  forEachChannelRun(data.size(), parameters.scale.size(), parameters.inner,
                    [&](std::size_t channel, std::size_t offset, std::size_t length) {
                      const std::int32_t zero = parameters.zeroPoint.empty() ? 0 : parameters.zeroPoint[channel];
                      quantizeRun(data.subspan(offset, length), parameters.scale[channel], zero,
                                  out.subspan(offset, length));
                    });
}

template <typename Integer>
void dequantize(std::span<const Integer> data, const QuantizationParameters& parameters, std::span<float> out) {
  forEachChannelRun(data.size(), parameters.scale.size(), parameters.inner,
                    [&](std::size_t channel, std::size_t offset, std::size_t length) {
                      const std::int32_t zero = parameters.zeroPoint.empty() ? 0 : parameters.zeroPoint[channel];
                      const float scale = parameters.scale[channel];
                      for (std::size_t i = offset; i < offset + length; ++i) {
                        out[i] = static_cast<float>(static_cast<std::int32_t>(data[i]) - zero) * scale;
                      }
                    });
}

}  // namespace

void quantizeLinear(std::span<const float> data, const QuantizationParameters& parameters, std::span<std::int8_t> out) {
  quantize(data, parameters, out);
}

void quantizeLinear(std::span<const float> data, const QuantizationParameters& parameters,
                    std::span<std::uint8_t> out) {
  quantize(data, parameters, out);
}

void dequantizeLinear(std::span<const std::int8_t> data, const QuantizationParameters& parameters,
                      std::span<float> out) {
  dequantize(data, parameters, out);
}

void dequantizeLinear(std::span<const std::uint8_t> data, const QuantizationParameters& parameters,
                      std::span<float> out) {
  dequantize(data, parameters, out);
}

}  // namespace calibrt
