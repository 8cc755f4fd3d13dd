#include <cmath>

#include "core/moments.h"
#include "core/rebin.h"
#include "core/step_search.h"
#include "core/thresholds.h"

namespace calibrt {
namespace {

constexpr int kCandidates = 2048;

}  // namespace

Threshold mseThreshold(const Histogram& histogram, int bits) {
  const double amax = amaxInBins(histogram);
  if (amax == 0) return {};
  const Moments moments(histogram.magnitudes());
  const int levels = (1 << (bits - 1)) - 1;
  const auto best = searchStep(amax, kCandidates, [&](double threshold) {
    SquaredError error(moments, threshold / levels);
    for (int k = 0; k < levels; ++k) error.addLevel();
    return error.value();
  });
  const double width = histogram.binWidth();
  return {best.at * width, std::fmax(best.error, 0.0) * width * width / static_cast<double>(histogram.count())};
}

}  // namespace calibrt
