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

// Merges runs of 2^shift bins in place. A bin index has 16 bits: a longer shift, undefined from 64 on, gives 0 as well.
void mergeNeighbours(std::span<std::int64_t> bins, int shift) {
  if (shift == 0) return;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const std::int64_t count = bins[i];
    bins[i] = 0;
    if (count != 0) bins[i >> std::min(shift, Histogram::kBinsLog2)] += count;
  }
}

}  // namespace

int binExponent(float amax) noexcept {
  // A denormal's exponent field is 0: below every normal's, and so below the clamp.
  const int exponent = static_cast<int>(magnitudeBits(amax) >> 23) - 127;
  return std::max(exponent + 1 - Histogram::kBinsLog2, Histogram::kMinExponent);
}

float Histogram::amax() const noexcept { return largestMagnitude(min_, max_); }

float Histogram::binWidth() const noexcept { return counts_.empty() ? 0.0F : powerOfTwo(exponent_); }

std::span<const std::int64_t> Histogram::positive() const noexcept {
  return std::span(counts_).first(std::min(counts_.size(), kBins));
}

std::span<const std::int64_t> Histogram::negative() const noexcept {
  return std::span(counts_).subspan(std::min(counts_.size(), kBins));
}

std::vector<std::int64_t> Histogram::magnitudes() const {
  std::vector<std::int64_t> sum(kBins, 0);
  for (std::size_t i = 0; i < counts_.size(); ++i) sum[i % kBins] += counts_[i];
  return sum;
}

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
    allocateSigns(least < 0 ? 2 : 1);
    widenTo(largestMagnitude(fromOrdered(least), fromOrdered(greatest)));
    std::array<std::uint32_t, kBlock + 16> bins;
    nonZero = histogramKernels().binIndices(block.data(), block.size(), powerOfTwo(-exponent_), bins.data());
    for (const std::uint32_t bin : std::span(bins).first(nonZero)) ++counts_[bin];
  }
  min_ = count_ == 0 ? fromOrdered(least) : lesser(min_, fromOrdered(least));
  max_ = count_ == 0 ? fromOrdered(greatest) : greater(max_, fromOrdered(greatest));
  count_ += size;
  zeros_ += size - static_cast<std::int64_t>(nonZero);
}

void Histogram::allocateSigns(std::size_t signs) {
  if (counts_.size() < signs * kBins) counts_.resize(signs * kBins, 0);
}

void Histogram::widenTo(float amax) {
  const int exponent = binExponent(amax);
  if (exponent <= exponent_) return;
  const std::span all(counts_);
  for (std::size_t sign = 0; sign < counts_.size(); sign += kBins) {
    mergeNeighbours(all.subspan(sign, kBins), exponent - exponent_);
  }
  exponent_ = exponent;
}

void Histogram::merge(const Histogram& other) {
  const std::int64_t count = checkedSum(count_, other.count_);
  const std::int64_t nans = checkedSum(nans_, other.nans_);
  const std::int64_t infinities = checkedSum(infinities_, other.infinities_);
  if (!other.counts_.empty()) mergeBins(other);
  if (other.count_ > 0) {
    min_ = count_ == 0 ? other.min_ : lesser(min_, other.min_);
    max_ = count_ == 0 ? other.max_ : greater(max_, other.max_);
  }
  count_ = count;
  zeros_ += other.zeros_;
  nans_ = nans;
  infinities_ = infinities;
}

void Histogram::mergeBins(const Histogram& other) {
  allocateSigns(other.counts_.size() / kBins);
  widenTo(other.amax());
  const int shift = exponent_ - other.exponent_;
  for (std::size_t i = 0; i < other.counts_.size(); ++i) {
    const std::size_t bin = i % kBins;
    counts_[i - bin + (bin >> std::min(shift, kBinsLog2))] += other.counts_[i];
  }
}

}  // namespace calibrt
