#pragma once

#include <cstddef>
#include <vector>

#include "core/histogram.h"

namespace calibrt {

/// |x| re-binned onto `bins` equal bins over [0, amax]: a fine bin's count is split in proportion over the bins that it
/// overlaps, its values taken as evenly spread. The last fine bin ends at amax. Zeros are in no bin.
///
/// @return `bins` counts whose sum is that of the non-zero finite values; all 0 where there are none.
[[nodiscard]] std::vector<double> rebin(const Histogram& histogram, std::size_t bins);

/// The same onto tpu-mlir's bins: `bins` >= 2 of the width w = amax / (bins - 1), bin i around i * w, so that the first
/// and the last are half outside [0, amax].
[[nodiscard]] std::vector<double> rebinCentered(const Histogram& histogram, std::size_t bins);

/// amax in units of the bin width: in [kBins / 2, kBins) unless the histogram is at its least width; 0 where there is
/// none.
[[nodiscard]] double amaxInBins(const Histogram& histogram);

}  // namespace calibrt
