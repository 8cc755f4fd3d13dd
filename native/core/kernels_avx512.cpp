#if defined(__GNUC__) && !defined(__clang__)
// gcc before 13 takes its own _mm512_undefined_epi32() for a use of an uninitialized variable (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <immintrin.h>

#include "core/kernels.h"

namespace calibrt {
namespace {

constexpr std::size_t kLanes = 16;

__mmask16 lanesLeft(std::size_t left) {
  return left >= kLanes ? __mmask16{0xffff} : static_cast<__mmask16>((1U << left) - 1U);
}

__m512i ordered(__m512i bits) {
  const __m512i flip = _mm512_and_si512(_mm512_srai_epi32(bits, 31), _mm512_set1_epi32(0x7fffffff));
  return _mm512_xor_si512(bits, flip);
}

OrderedRange scan(const float* data, std::size_t n) {
  const __m512i first = ordered(_mm512_castps_si512(_mm512_set1_ps(data[0])));
  __m512i least = first;
  __m512i greatest = first;
  for (std::size_t i = 0; i < n; i += kLanes) {
    const __mmask16 lanes = lanesLeft(n - i);
    const __m512i values = ordered(_mm512_maskz_loadu_epi32(lanes, data + i));
    least = _mm512_mask_min_epi32(least, lanes, least, values);
    greatest = _mm512_mask_max_epi32(greatest, lanes, greatest, values);
  }
  return {_mm512_reduce_min_epi32(least), _mm512_reduce_max_epi32(greatest)};
}

std::size_t binIndices(const float* data, std::size_t n, float reciprocal, std::uint32_t* bins) {
  const __m512 factor = _mm512_set1_ps(reciprocal);
  const __m512i magnitudeMask = _mm512_set1_epi32(0x7fffffff);
  const __m512i signBin = _mm512_set1_epi32(1 << 16);
  std::size_t written = 0;
  for (std::size_t i = 0; i < n; i += kLanes) {
    const __m512i bits = _mm512_maskz_loadu_epi32(lanesLeft(n - i), data + i);
    const __m512i magnitude = _mm512_and_si512(bits, magnitudeMask);
    const __mmask16 nonZero = _mm512_test_epi32_mask(magnitude, magnitude);
    const __m512i bin = _mm512_cvttps_epi32(_mm512_mul_ps(_mm512_castsi512_ps(magnitude), factor));
    const __m512i sign = _mm512_and_si512(_mm512_srli_epi32(bits, 15), signBin);
    // Compress into a register and store it whole: compressing to memory is many times slower on some processors.
    const __m512i packed = _mm512_maskz_compress_epi32(nonZero, _mm512_or_si512(bin, sign));
    _mm512_storeu_si512(bins + written, packed);
    written += static_cast<std::size_t>(__builtin_popcount(nonZero));
  }
  return written;
}

}  // namespace

const HistogramKernels kAvx512Kernels{scan, binIndices};

}  // namespace calibrt
