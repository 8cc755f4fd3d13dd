#include "core/float_bits.h"
#include "core/kernels.h"

namespace calibrt {
namespace {

OrderedRange scan(const float* data, std::size_t n) {
  OrderedRange range{toOrdered(data[0]), toOrdered(data[0])};
  for (std::size_t i = 1; i < n; ++i) {
    const std::int32_t value = toOrdered(data[i]);
    range.least = value < range.least ? value : range.least;
    range.greatest = value > range.greatest ? value : range.greatest;
  }
  return range;
}

std::size_t binIndices(const float* data, std::size_t n, float reciprocal, std::uint32_t* bins) {
  std::size_t written = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t magnitude = magnitudeBits(data[i]);
    const auto bin =
        static_cast<std::uint32_t>(static_cast<std::int32_t>(std::bit_cast<float>(magnitude) * reciprocal));
    const std::uint32_t sign = std::bit_cast<std::uint32_t>(data[i]) >> 31;
    bins[written] = bin | (sign << 16);
    // Not a branch: half of the values after a ReLU are zero, in no order that a processor could predict.
    written += magnitude != 0 ? 1 : 0;
  }
  return written;
}

}  // namespace

const HistogramKernels kPortableKernels{scan, binIndices};

}  // namespace calibrt
