#pragma once

#include <cstddef>
#include <span>

#include "core/histogram.h"

namespace calibrt {

/// Accumulates data[i] into *histograms[i] for every i, on up to `threads` threads. Large tensors are cut into slices
/// with histograms of their own, which then merge: exact, whatever the number of threads.
///
/// The histograms are distinct objects, and the spans are of equal length.
void accumulateAll(std::span<Histogram* const> histograms, std::span<const std::span<const float>> data,
                   std::size_t threads);

}  // namespace calibrt
