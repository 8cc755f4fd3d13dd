#include "core/entropy.h"
#include "core/rebin.h"
#include "core/thresholds.h"

namespace calibrt {

Threshold entropyThreshold(const Histogram& histogram, const EntropyOptions& options) {
  const double amax = histogram.amax();
  if (amax == 0) return {};
  const EntropySearch search =
      searchEntropy(rebin(histogram, options.bins), options.bits, options.start, options.stride);
  const double kept = static_cast<double>(search.index) / static_cast<double>(options.bins);
  return {kept * amax, search.divergence};
}

}  // namespace calibrt
