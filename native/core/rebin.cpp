#include "core/rebin.h"

#include <algorithm>
#include <cmath>

namespace calibrt {
namespace {

/// Splits every fine bin over the bins of a grid on which a fine edge e lies at e * scale / amax + offset.
std::vector<double> spread(const Histogram& histogram, std::size_t bins, std::size_t scale, double offset) {
  std::vector<double> result(bins, 0.0);
  const double amax = amaxInBins(histogram);
  if (amax == 0) return result;
  const std::vector<std::int64_t> fine = histogram.magnitudes();
  const double end = static_cast<double>(scale) + offset;
  for (std::size_t i = 0; i < fine.size(); ++i) {
    if (fine[i] == 0) continue;
    // Divided, not multiplied by a reciprocal: edges that coincide then do so exactly, and no bin gets a sliver.
    const double from = static_cast<double>(i * scale) / amax + offset;
    const double to = std::min(static_cast<double>((i + 1) * scale) / amax + offset, end);
    const auto first = std::min(static_cast<std::size_t>(from), bins - 1);
    const auto last = std::max(static_cast<std::size_t>(std::ceil(to)), first + 1) - 1;
    const auto count = static_cast<double>(fine[i]);
    double left = count;
    for (std::size_t bin = first; bin < last; ++bin) {
      const double share =
          count * ((static_cast<double>(bin + 1) - std::max(from, static_cast<double>(bin))) / (to - from));
      result[bin] += share;
      left -= share;
    }
    // What is left, not a share of its own: so that rounding loses nothing.
    result[last] += std::max(left, 0.0);
  }
  return result;
}

}  // namespace

double amaxInBins(const Histogram& histogram) {
  // Exact: the width is a power of two.
  return histogram.amax() > 0 ? static_cast<double>(histogram.amax()) / histogram.binWidth() : 0.0;
}

std::vector<double> rebin(const Histogram& histogram, std::size_t bins) { return spread(histogram, bins, bins, 0); }

std::vector<double> rebinCentered(const Histogram& histogram, std::size_t bins) {
  return spread(histogram, bins, bins - 1, 0.5);
}

}  // namespace calibrt
