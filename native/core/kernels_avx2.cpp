#include <immintrin.h>

#include "core/kernels.h"

namespace calibrt {
namespace {

constexpr std::size_t kLanes = 8;

// Entry m names the lanes whose bits are set in m, in order, for _mm256_permutevar8x32_epi32.
struct CompressTable {
  alignas(8) unsigned char lanes[256][kLanes];
};

constexpr CompressTable makeCompressTable() {
  CompressTable table{};
  for (unsigned mask = 0; mask < 256; ++mask) {
    unsigned target = 0;
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      if ((mask >> lane & 1U) == 0) continue;
      table.lanes[mask][target++] = static_cast<unsigned char>(lane);
    }
  }
  return table;
}

constexpr CompressTable kCompress = makeCompressTable();

__m256i lanesLeft(std::size_t left) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(left >= kLanes ? 8 : static_cast<int>(left)), lane);
}

__m256i ordered(__m256i bits) {
  const __m256i flip = _mm256_and_si256(_mm256_srai_epi32(bits, 31), _mm256_set1_epi32(0x7fffffff));
  return _mm256_xor_si256(bits, flip);
}

OrderedRange scan(const float* data, std::size_t n) {
  const __m256i first = ordered(_mm256_castps_si256(_mm256_set1_ps(data[0])));
  __m256i least = first;
  __m256i greatest = first;
  for (std::size_t i = 0; i < n; i += kLanes) {
    const __m256i lanes = lanesLeft(n - i);
    const __m256i loaded = ordered(_mm256_castps_si256(_mm256_maskload_ps(data + i, lanes)));
    const __m256i values = _mm256_blendv_epi8(first, loaded, lanes);
    least = _mm256_min_epi32(least, values);
    greatest = _mm256_max_epi32(greatest, values);
  }
  alignas(32) std::int32_t leasts[kLanes];
  alignas(32) std::int32_t greatests[kLanes];
  _mm256_store_si256(reinterpret_cast<__m256i*>(leasts), least);
  _mm256_store_si256(reinterpret_cast<__m256i*>(greatests), greatest);
  OrderedRange range{leasts[0], greatests[0]};
  for (std::size_t lane = 1; lane < kLanes; ++lane) {
    range.least = leasts[lane] < range.least ? leasts[lane] : range.least;
    range.greatest = greatests[lane] > range.greatest ? greatests[lane] : range.greatest;
  }
  return range;
}

std::size_t binIndices(const float* data, std::size_t n, float reciprocal, std::uint32_t* bins) {
  const __m256 factor = _mm256_set1_ps(reciprocal);
  const __m256i magnitudeMask = _mm256_set1_epi32(0x7fffffff);
  const __m256i signBin = _mm256_set1_epi32(1 << 16);
  std::size_t written = 0;
  for (std::size_t i = 0; i < n; i += kLanes) {
    const __m256i bits = _mm256_castps_si256(_mm256_maskload_ps(data + i, lanesLeft(n - i)));
    const __m256i magnitude = _mm256_and_si256(bits, magnitudeMask);
    const __m256i isZero = _mm256_cmpeq_epi32(magnitude, _mm256_setzero_si256());
    const auto nonZero = static_cast<unsigned>(~_mm256_movemask_ps(_mm256_castsi256_ps(isZero))) & 0xffU;
    const __m256i bin = _mm256_cvttps_epi32(_mm256_mul_ps(_mm256_castsi256_ps(magnitude), factor));
    const __m256i sign = _mm256_and_si256(_mm256_srli_epi32(bits, 15), signBin);
    const __m256i index = _mm256_or_si256(bin, sign);
    const __m128i lanes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(kCompress.lanes[nonZero]));
    const __m256i packed = _mm256_permutevar8x32_epi32(index, _mm256_cvtepu8_epi32(lanes));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(bins + written), packed);
    written += static_cast<std::size_t>(__builtin_popcount(nonZero));
  }
  return written;
}

}  // namespace

const HistogramKernels kAvx2Kernels{scan, binIndices};

}  // namespace calibrt
