#include <algorithm>
#include <cmath>

#include "core/thresholds.h"

namespace calibrt {

Threshold percentileThreshold(const Histogram& histogram, double percentile) {
  const double amax = histogram.amax();
  if (percentile >= 100) return {amax, 0.0};
  const double wanted = percentile / 100 * static_cast<double>(histogram.count());
  auto below = static_cast<double>(histogram.zeros());
  if (amax == 0 || wanted <= below) return {};
  const std::vector<std::int64_t> counts = histogram.magnitudes();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto count = static_cast<double>(counts[i]);
    if (count > 0 && below + count >= wanted) {
      const double bins = static_cast<double>(i) + (wanted - below) / count;
      return {std::min(bins * histogram.binWidth(), amax), 0.0};
    }
    below += count;
  }
  // Only rounding of counts beyond 2^53 leads here.
  return {amax, 0.0};
}

}  // namespace calibrt
