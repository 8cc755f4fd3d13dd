#pragma once

#include "core/histogram.h"

namespace calibrt {

/// A searched threshold T: values are clipped to [-T, T].
struct Threshold {
  double threshold = 0;
  /// What the search minimized, at T; 0 where nothing was searched.
  double loss = 0;
};

/// T = amax. Like every search here, 0 for a histogram without a non-zero finite value.
[[nodiscard]] Threshold minmaxThreshold(const Histogram& histogram);

/// The T in (0, amax] with the least mean of (x - Q(x))^2 over all finite values, zeros included, where Q rounds to the
/// nearest of the levels k * T / L, |k| <= L = 2^(bits - 1) - 1. Values are taken as evenly spread inside a fine bin,
/// so the loss is continuous in T; scaling the data by a power of two scales T exactly.
///
/// `loss` is in squared units of the data. 2 <= bits <= 16.
[[nodiscard]] Threshold mseThreshold(const Histogram& histogram, int bits);

/// The least T with a fraction of at least `percentile` / 100 of all finite |x|, zeros included, at or below it. Values
/// are taken as evenly spread inside a fine bin. Never above amax; 100 gives amax; 0 where that many values are zero.
///
/// 0 < percentile <= 100.
[[nodiscard]] Threshold percentileThreshold(const Histogram& histogram, double percentile);

/// Parameters of the entropy search; NVIDIA's published values by default.
struct EntropyOptions {
  /// 2 <= bits <= 16.
  int bits = 8;
  /// Equal bins over [0, amax] that the search is made on. At least 2.
  std::size_t bins = 2048;
  /// Least number of bins kept: 1 <= start <= bins.
  std::size_t start = 128;
  /// Bins from one candidate to the next. At least 1.
  std::size_t stride = 1;
};

/// searchEntropy() (entropy.h) to 2^(bits - 1) levels on the histogram of |x| re-binned by rebin(); T is the number of
/// bins kept times their width.
[[nodiscard]] Threshold entropyThreshold(const Histogram& histogram, const EntropyOptions& options);

/// The bins of the kld search, and the threshold of i of them, which two sources state differently.
enum class KldVariant {
  /// 2,048 bins over [0, amax] by rebin(); T = (i + 0.5) * amax / 2048.
  kNotes,
  /// tpu-mlir's source: 2,048 bins by rebinCentered(), of the width amax / 2047; T = i * width.
  kSource,
};

/// Parameters of the kld search; tpu-mlir's for INT8 by default.
struct KldOptions {
  /// Candidates are the multiples of 2^(bits - 1) bins. 2 <= bits <= 12.
  int bits = 8;
  KldVariant variant = KldVariant::kNotes;
};

/// searchKld() (kld.h) to 2^(bits - 1) levels; T, of either variant, is never above amax (tpu-mlir caps it as well).
[[nodiscard]] Threshold kldThreshold(const Histogram& histogram, const KldOptions& options);

}  // namespace calibrt
