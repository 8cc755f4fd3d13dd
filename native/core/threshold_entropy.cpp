#include "core/divergence_threshold.h"
#include "core/entropy.h"
#include "core/rebin.h"

namespace calibrt {

Threshold entropyThreshold(const Histogram& histogram, const EntropyOptions& options, std::size_t levels) {
  const double amax = histogram.amax();
  if (amax == 0) return {};
  const DivergenceSearch search = searchEntropy(rebin(histogram, options.bins), levels, options.start, options.stride);
  const double kept = static_cast<double>(search.index) / static_cast<double>(options.bins);
  return {kept * amax, search.divergence};
}

Threshold entropyThreshold(const Histogram& histogram, const EntropyOptions& options) {
  return entropyThreshold(histogram, options, std::size_t{1} << (options.bits - 1));
}

}  // namespace calibrt
