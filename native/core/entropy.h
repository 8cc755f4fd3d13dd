#pragma once

#include <cstddef>
#include <span>

#include "core/divergence.h"

namespace calibrt {

/// NVIDIA's published entropy calibration (GTC 2017, S7310), in the form of pytorch-quantization's and ModelOpt's
/// HistogramCalibrator, on `counts` of |x| in equal bins from 0.
///
/// The first bin is replaced by a copy of the second: zeros and what is next to them carry no information about the
/// range and would outweigh all else. Candidates are start, start + stride, ... <= counts.size(), each with the
/// divergence of ClippedDivergence::at() to `levels` levels, infinite where P has mass and Q has none.
///
/// The last minimum wins; divergences within 1e-12 of the least count as equal, being rounding noise.
///
/// @param counts finite and not negative, at least two
/// @param levels 2^(bits - 1) for symmetric integers; 2^bits for unsigned ones ("unsigned" there)
/// @throws std::invalid_argument where no bin but the first has mass
[[nodiscard]] DivergenceSearch searchEntropy(std::span<const double> counts, std::size_t levels, std::size_t start,
                                             std::size_t stride);

}  // namespace calibrt
