#pragma once

#include "core/thresholds.h"

namespace calibrt {

/// entropyThreshold() and kldThreshold() to any number of levels: 2^(bits - 1) for symmetric integers, 2^bits for
/// unsigned ones.
[[nodiscard]] Threshold entropyThreshold(const Histogram& histogram, const EntropyOptions& options, std::size_t levels);
[[nodiscard]] Threshold kldThreshold(const Histogram& histogram, const KldOptions& options, std::size_t levels);

}  // namespace calibrt
