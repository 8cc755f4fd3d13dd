#include "core/quantile.h"

namespace calibrt {

double quantileInBins(std::span<const std::int64_t> counts, double below, double wanted) {
  if (wanted <= below) return 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto count = static_cast<double>(counts[i]);
    if (count > 0 && below + count >= wanted) return static_cast<double>(i) + (wanted - below) / count;
    below += count;
  }
  // Only rounding of counts beyond 2^53 leads here.
  return static_cast<double>(counts.size());
}

}  // namespace calibrt
