#include <algorithm>
#include <numeric>

#include "core/quantile.h"
#include "core/ranges.h"

namespace calibrt {

Range percentileRange(const Histogram& histogram, double percentile) {
  const Range observed = minmaxRange(histogram);
  if (percentile >= 100) return observed;
  const auto count = static_cast<double>(histogram.count());
  const double wanted = (1 - (1 - percentile / 100) / 2) * count;
  // How far from 0 a sign reaches; seen from it, everything else is at or below 0.
  const auto reach = [&](std::span<const std::int64_t> counts, double farthest) {
    const std::int64_t beyond = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    const double bins = quantileInBins(counts, count - static_cast<double>(beyond), wanted);
    return std::min(bins * histogram.binWidth(), farthest);
  };
  return {0 - reach(histogram.negative(), -observed.min), reach(histogram.positive(), observed.max), 0};
}

}  // namespace calibrt
