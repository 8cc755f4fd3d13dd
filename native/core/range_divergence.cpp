#include <algorithm>

#include "core/divergence_threshold.h"
#include "core/ranges.h"

namespace calibrt {
namespace {

template <typename Options>
Range divergenceRange(const Histogram& histogram, const Options& options,
                      Threshold (&search)(const Histogram&, const Options&, std::size_t levels)) {
  const Range observed = minmaxRange(histogram);
  const bool isOneSided = observed.min == 0 || observed.max == 0;
  const auto [threshold, loss] =
      search(histogram, options, std::size_t{1} << (isOneSided ? options.bits : options.bits - 1));
  return {std::max(0 - threshold, observed.min), std::min(threshold, observed.max), loss};
}

}  // namespace

Range entropyRange(const Histogram& histogram, const EntropyOptions& options) {
  return divergenceRange(histogram, options, entropyThreshold);
}

Range kldRange(const Histogram& histogram, const KldOptions& options) {
  return divergenceRange(histogram, options, kldThreshold);
}

}  // namespace calibrt
