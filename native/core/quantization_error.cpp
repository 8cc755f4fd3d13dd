#include "core/quantization_error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace calibrt {
namespace {

double divergence(std::span<const float> reference, std::span<const float> approximation, std::size_t bins) {
  const auto [leastReference, greatestReference] = std::ranges::minmax(reference);
  const auto [leastOther, greatestOther] = std::ranges::minmax(approximation);
  const double least = std::min(leastReference, leastOther);
  const double range = std::max(greatestReference, greatestOther) - least;
  if (range == 0) return 0;

  const auto count = static_cast<double>(bins);
  const auto histogram = [&](std::span<const float> values) {
    std::vector<double> counts(bins, 0.5);
    for (const float value : values) {
      const auto bin = static_cast<std::size_t>((static_cast<double>(value) - least) / range * count);
      ++counts[std::min(bin, bins - 1)];
    }
    return counts;
  };
  const std::vector<double> p = histogram(reference);
  const std::vector<double> q = histogram(approximation);
  double sum = 0;
  for (std::size_t i = 0; i < bins; ++i) sum += p[i] * std::log(p[i] / q[i]);
  return std::max(sum / (static_cast<double>(reference.size()) + 0.5 * count), 0.0);
}

}  // namespace

QuantizationError quantizationError(std::span<const float> reference, std::span<const float> approximation,
                                    std::size_t bins) {
  double signal = 0;
  double noise = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double value = reference[i];
    const double error = value - static_cast<double>(approximation[i]);
    signal += value * value;
    noise += error * error;
  }
  const double sqnr = noise == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(signal / noise);
  return {noise / static_cast<double>(reference.size()), sqnr, divergence(reference, approximation, bins)};
}

}  // namespace calibrt
