#pragma once

#include "core/histogram.h"
#include "core/thresholds.h"

namespace calibrt {

/// A searched asymmetric range: values are clipped to [min, max].
///
/// Of every search here: min <= 0 <= max, since 0 must be representable; neither end lies beyond the least and the
/// greatest observed value (0 where that is on the other side of 0); both are 0 for a histogram without a non-zero
/// finite value.
struct Range {
  double min = 0;
  double max = 0;
  /// What the search minimized; 0 where nothing was searched.
  double loss = 0;
};

/// The observed range.
[[nodiscard]] Range minmaxRange(const Histogram& histogram);

/// Cuts half of what `percentile` leaves from either end: max is the least value with a fraction of at least
/// 1 - (1 - percentile / 100) / 2 of all finite x, zeros included, at or below it, and min its mirror image. Values are
/// taken as evenly spread inside a fine bin. ONNX Runtime's asymmetric percentile, without its histogram's rounding.
///
/// 0 < percentile <= 100.
[[nodiscard]] Range percentileRange(const Histogram& histogram, double percentile);

/// The range with the least mean of (x - Q(x))^2 over all finite values, where Q is quantization to 2^bits levels with
/// a zero point as it will be done: scale s = (max - min) / (2^bits - 1), zero point z = round(-min / s), levels
/// (k - z) * s.
///
/// For every s all z are tried, at the cost of one; s is searched as the threshold of mseThreshold(). A one-sided
/// tensor has z at an end, and all levels on its side.
///
/// `loss` is in squared units of the data. 2 <= bits <= 16.
[[nodiscard]] Range mseRange(const Histogram& histogram, int bits);

/// entropyThreshold() as a range. For a tensor of one sign the search is made to 2^bits levels, as NVIDIA's for
/// unsigned integers, and the range is [0, T] or [-T, 0]; for others it is [-T, T], cut to what was observed:
/// divergence from a histogram of |x| says nothing of two ends.
[[nodiscard]] Range entropyRange(const Histogram& histogram, const EntropyOptions& options);

/// kldThreshold() as a range, in the same way; the candidates stay the multiples of 2^(bits - 1) bins.
[[nodiscard]] Range kldRange(const Histogram& histogram, const KldOptions& options);

}  // namespace calibrt
