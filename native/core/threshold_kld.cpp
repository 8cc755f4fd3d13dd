#include <algorithm>

#include "core/divergence_threshold.h"
#include "core/kld.h"
#include "core/rebin.h"

namespace calibrt {
namespace {

constexpr std::size_t kKldBins = 2048;

}  // namespace

Threshold kldThreshold(const Histogram& histogram, const KldOptions& options, std::size_t levels) {
  const double amax = histogram.amax();
  if (amax == 0) return {};
  const bool isNotes = options.variant == KldVariant::kNotes;
  const std::vector<double> counts = isNotes ? rebin(histogram, kKldBins) : rebinCentered(histogram, kKldBins);
  const DivergenceSearch search = searchKld(counts, levels, std::size_t{1} << (options.bits - 1));
  const auto index = static_cast<double>(search.index);
  const double share = isNotes ? (index + 0.5) / kKldBins : index / (kKldBins - 1);
  return {std::min(share, 1.0) * amax, search.divergence};
}

Threshold kldThreshold(const Histogram& histogram, const KldOptions& options) {
  return kldThreshold(histogram, options, std::size_t{1} << (options.bits - 1));
}

}  // namespace calibrt
