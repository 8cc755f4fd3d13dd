#include <algorithm>

#include "core/quantile.h"
#include "core/thresholds.h"

namespace calibrt {

Threshold percentileThreshold(const Histogram& histogram, double percentile) {
  const double amax = histogram.amax();
  if (percentile >= 100) return {amax, 0.0};
  const double wanted = percentile / 100 * static_cast<double>(histogram.count());
  const double bins = quantileInBins(histogram.magnitudes(), static_cast<double>(histogram.zeros()), wanted);
  return {std::min(bins * histogram.binWidth(), amax), 0.0};
}

}  // namespace calibrt
