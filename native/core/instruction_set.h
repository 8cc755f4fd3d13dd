#pragma once

#include <string_view>

#include "core/kernels.h"

namespace calibrt {

/// Name of the kernel set in use: `avx512`, `avx2` or `portable`. Chosen once, the best that this processor and
/// operating system support.
std::string_view instructionSet() noexcept;

/// Forces a kernel set for the whole process, for tests.
///
/// @throws std::invalid_argument where the name is unknown or the processor lacks it.
void useInstructionSet(std::string_view name);

/// The kernels in use.
const HistogramKernels& histogramKernels() noexcept;

}  // namespace calibrt
