#include "core/histogram.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "core/float_bits.h"
#include "core/instruction_set.h"

namespace calibrt {
namespace {

// A block and its bin indices stay in the first-level cache between the sweeps.
constexpr std::size_t kBlock = 4096;

bool isFinite(OrderedRange range) { return range.least > toOrdered(-INFINITY) && range.greatest < toOrdered(INFINITY); }

// -0 is a zero, and which zero came first must not show.
std::int32_t withoutNegativeZero(std::int32_t ordered) { return ordered == toOrdered(-0.0F) ? 0 : ordered; }

float lesser(float a, float b) { return fromOrdered(std::min(toOrdered(a), toOrdered(b))); }
float greater(float a, float b) { return fromOrdered(std::max(toOrdered(a), toOrdered(b))); }

float largestMagnitude(float a, float b) { return std::bit_cast<float>(std::max(magnitudeBits(a), magnitudeBits(b))); }

std::int64_t checkedSum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) throw std::overflow_error("a histogram's counts passed 2^63 - 1");
  return sum;
}

}  // namespace

int binExponent(float amax) noexcept {
  // A denormal's exponent field is 0: below every normal's, and so below the clamp.
  const int exponent = static_cast<int>(magnitudeBits(amax) >> 23) - 127;
  return std::max(exponent + 1 - Histogram::kBinsLog2, Histogram::kMinExponent);
}

float Histogram::amax() const noexcept { return largestMagnitude(min_, max_); }

float Histogram::binWidth() const noexcept { return bins_.signs() == 0 ? 0.0F : powerOfTwo(exponent_); }

void Histogram::accumulate(std::span<const float> data) {
  const HistogramKernels& kernels = histogramKernels();
  std::array<float, kBlock> finite;
  while (!data.empty()) {
    std::span<const float> block = data.first(std::min(data.size(), kBlock));
    data = data.subspan(block.size());
    OrderedRange range = kernels.scan(block.data(), block.size());
    if (!isFinite(range)) {
      std::size_t kept = 0;
      for (const float value : block) {
        const std::uint32_t magnitude = magnitudeBits(value);
        nans_ += magnitude > kInfinityBits ? 1 : 0;
        infinities_ += magnitude == kInfinityBits ? 1 : 0;
        if (magnitude < kInfinityBits) finite[kept++] = value;
      }
      if (kept == 0) continue;
      block = std::span(finite).first(kept);
      range = kernels.scan(block.data(), block.size());
    }
    accumulateFinite(block, withoutNegativeZero(range.least), withoutNegativeZero(range.greatest));
  }
}

// In integers throughout: a thread that takes denormals for zeros must see the same signs and extremes.
void Histogram::accumulateFinite(std::span<const float> block, std::int32_t least, std::int32_t greatest) {
  const auto size = static_cast<std::int64_t>(block.size());
  std::size_t nonZero = 0;
  if (least != 0 || greatest != 0) {
    bins_.allocateSigns(least < 0 ? 2 : 1);
    widenTo(largestMagnitude(fromOrdered(least), fromOrdered(greatest)));
    std::array<std::uint32_t, kBlock + 16> bins;
    nonZero = histogramKernels().binIndices(block.data(), block.size(), powerOfTwo(-exponent_), bins.data());
    bins_.count(std::span(bins).first(nonZero));
  }
  min_ = count_ == 0 ? fromOrdered(least) : lesser(min_, fromOrdered(least));
  max_ = count_ == 0 ? fromOrdered(greatest) : greater(max_, fromOrdered(greatest));
  count_ += size;
  zeros_ += size - static_cast<std::int64_t>(nonZero);
}

void Histogram::widenTo(float amax) {
  const int exponent = binExponent(amax);
  if (exponent <= exponent_) return;
  bins_.mergeNeighbours(exponent - exponent_);
  exponent_ = exponent;
}

void Histogram::merge(const Histogram& other) {
  const std::int64_t count = checkedSum(count_, other.count_);
  const std::int64_t nans = checkedSum(nans_, other.nans_);
  const std::int64_t infinities = checkedSum(infinities_, other.infinities_);
  if (other.bins_.signs() > 0) {
    bins_.allocateSigns(other.bins_.signs());
    widenTo(other.amax());
    bins_.add(other.bins_, exponent_ - other.exponent_);
  }
  if (other.count_ > 0) {
    min_ = count_ == 0 ? other.min_ : lesser(min_, other.min_);
    max_ = count_ == 0 ? other.max_ : greater(max_, other.max_);
  }
  count_ = count;
  zeros_ += other.zeros_;
  nans_ = nans;
  infinities_ = infinities;
}

}  // namespace calibrt
