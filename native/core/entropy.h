#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace calibrt {

/// Outcome of searchEntropy().
struct EntropySearch {
  /// Number of bins kept; the threshold is that many bin widths.
  std::size_t index;
  /// KL(P||Q) in nats at `index`.
  double divergence;
  /// KL(P||Q) of every candidate, `start` first.
  std::vector<double> divergences;
};

/// NVIDIA's published entropy calibration (GTC 2017, S7310), in the form of pytorch-quantization's and ModelOpt's
/// HistogramCalibrator, on `counts` of |x| in equal bins from 0.
///
/// The first bin is replaced by a copy of the second: zeros and what is next to them carry no information about the
/// range and would outweigh all else. For every candidate i = start, start + stride, ... <= counts.size():
/// - P is the first i bins, with all beyond added to the last of them;
/// - Q is the first i bins without those beyond, merged to 2^(bits - 1) levels (bin k goes to level floor(k * levels /
/// i)), each
///   level's mass shared equally among its non-empty bins; empty bins stay 0;
/// - both are normalized to 1, and the divergence is KL(P||Q) with the natural logarithm: infinite where P has mass and
/// Q has
///   none, which happens when the last bin is empty and something lies beyond.
///
/// The last minimum wins; divergences within 1e-12 of the least count as equal, being rounding noise. The cost of a
/// candidate is that of its levels, by prefix sums.
///
/// @param counts finite and not negative, at least two
/// @throws std::invalid_argument where no bin but the first has mass
[[nodiscard]] EntropySearch searchEntropy(std::span<const double> counts, int bits, std::size_t start,
                                          std::size_t stride);

}  // namespace calibrt
