#pragma once

#include <cstddef>
#include <span>

namespace calibrt {

/// How far an approximation is from what it stands for.
struct QuantizationError {
  /// Mean of (x - y)^2.
  double mse;
  /// 10 * log10(sum of x^2 / sum of (x - y)^2), in decibels: infinite where nothing differs, minus infinite where only
  /// x is 0.
  double sqnr;
  /// KL(P||Q) in nats of their histograms.
  double kl;
};

/// Compares `approximation` with `reference`, equally long, not empty, all finite.
///
/// The histograms have `bins` equal bins from the least to the greatest value of both, and half a count is added to
/// every bin (Krichevsky and Trofimov's estimate), without which an empty bin makes the divergence infinite. With more
/// bins than there are levels the divergence measures the gaps between them.
[[nodiscard]] QuantizationError quantizationError(std::span<const float> reference,
                                                  std::span<const float> approximation, std::size_t bins);

}  // namespace calibrt
