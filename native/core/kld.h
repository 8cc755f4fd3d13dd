#pragma once

#include <cstddef>
#include <span>

#include "core/divergence.h"

namespace calibrt {

/// The Kullback-Leibler search of tpu-mlir's run_calibration on `counts` of |x|, zeros dropped, in equal bins.
///
/// Candidates are stride, 2 * stride, ... <= counts.size(), each with the divergence of ClippedDivergence::at() to
/// `levels` levels, where Q = 0 counts as 1e-30. The first minimum wins.
///
/// There levels = stride = 128 (8 for INT4) and logarithms are decimal; the divergence here is in nats, which moves no
/// minimum. It sums in float32, which can decide between candidates that are equal to seven digits.
///
/// @param counts finite and not negative; at least `stride`
/// @throws std::invalid_argument where no bin has mass
[[nodiscard]] DivergenceSearch searchKld(std::span<const double> counts, std::size_t levels, std::size_t stride);

}  // namespace calibrt
