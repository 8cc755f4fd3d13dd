#pragma once

#include <cstddef>
#include <cstdint>

// Included by the files that are compiled for AVX2 and AVX-512: plain declarations only. An inline function in here
// would be instantiated with those instructions, and by the one-definition rule the linker could take that copy for
// all.

namespace calibrt {

/// Least and greatest element of a block in the order of the values, as "ordered bits": the bits of a float whose
/// magnitude is inverted where the sign is set, compared as int32. Infinities and NaN of either sign lie at the two
/// ends.
struct OrderedRange {
  std::int32_t least;
  std::int32_t greatest;
};

/// What one instruction set has to offer. All sets give the same results, bit for bit.
struct HistogramKernels {
  /// Range of `data[0, n)`, n > 0.
  OrderedRange (*scan)(const float* data, std::size_t n);

  /// Writes the bin of every non-zero element to `bins`, in order, and returns how many there are: trunc(|x| *
  /// reciprocal), plus 2^16 where x is negative. Elements are finite, `reciprocal` is a power of two and |x| *
  /// reciprocal < 2^16. `bins` has room for n + 16 entries; those past the returned count are scratch.
  std::size_t (*binIndices)(const float* data, std::size_t n, float reciprocal, std::uint32_t* bins);
};

extern const HistogramKernels kPortableKernels;
#ifdef CALIBRT_X86_KERNELS
extern const HistogramKernels kAvx2Kernels;
extern const HistogramKernels kAvx512Kernels;
#endif

}  // namespace calibrt
