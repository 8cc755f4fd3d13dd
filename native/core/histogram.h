#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/bin_counts.h"

namespace calibrt {

/// A tensor's running statistics: two histograms of |x|, one per sign, and exact extremes.
///
/// Bin i of a sign holds the values with i * 2^e <= |x| < (i + 1) * 2^e. The exponent e is a function of the largest
/// finite |x| alone: the least e >= kMinExponent for which amax < kBins * 2^e. When a value falls outside, neighbouring
/// bins merge until it fits, which gives the counts that a grid of that width would have held from the start. So the
/// state depends only on the multiset of the values: order, batches, shards and instruction sets cannot change it.
///
/// Zeros, NaN and infinities are counted apart and are in no bin. Not synchronized.
class Histogram {
 public:
  /// With 2^14 a re-binned tail strayed enough for entropy thresholds to miss NVIDIA's by up to 10 %; see
  /// docs/fidelity.md.
  static constexpr int kBinsLog2 = BinCounts::kBinsLog2;
  /// Bins per sign.
  static constexpr std::size_t kBins = BinCounts::kBins;
  /// At this width every denormal is in bin 0, whether or not the processor flushes it to zero, and the reciprocal of
  /// the width is finite.
  static constexpr int kMinExponent = -126;

  /// Adds every value of `data`.
  void accumulate(std::span<const float> data);

  /// Adds another state; equal to having accumulated its values here. `other` may be this object.
  ///
  /// @throws std::overflow_error where a count would pass 2^63 - 1; nothing has changed then.
  void merge(const Histogram& other);

  /// Finite values seen, zeros included.
  [[nodiscard]] std::int64_t count() const noexcept { return count_; }
  [[nodiscard]] std::int64_t zeros() const noexcept { return zeros_; }
  [[nodiscard]] std::int64_t nans() const noexcept { return nans_; }
  [[nodiscard]] std::int64_t infinities() const noexcept { return infinities_; }
  /// Least finite value; 0 before any.
  [[nodiscard]] float min() const noexcept { return min_; }
  /// Greatest finite value; 0 before any.
  [[nodiscard]] float max() const noexcept { return max_; }
  /// max(|min|, |max|).
  [[nodiscard]] float amax() const noexcept;
  /// Exponent e of the bin width 2^e; meaningless while amax() is 0.
  [[nodiscard]] int exponent() const noexcept { return exponent_; }
  /// The bin width 2^e; 0 while amax() is 0.
  [[nodiscard]] float binWidth() const noexcept;

  /// Counts of the positive values: kBins entries, or none while there is no non-zero value.
  [[nodiscard]] std::vector<std::int64_t> positive() const { return bins_.ofSign(0); }
  /// Counts of the negative values: kBins entries, or none while there is no negative value.
  [[nodiscard]] std::vector<std::int64_t> negative() const { return bins_.ofSign(1); }
  /// Counts of |x|: kBins entries.
  [[nodiscard]] std::vector<std::int64_t> magnitudes() const { return bins_.magnitudes(); }

  /// Bytes held by the bins.
  [[nodiscard]] std::size_t memory() const noexcept { return bins_.memory(); }

  friend bool operator==(const Histogram&, const Histogram&) = default;

 private:
  friend struct HistogramCodec;

  void accumulateFinite(std::span<const float> block, std::int32_t least, std::int32_t greatest);
  void widenTo(float amax);

  std::int64_t count_ = 0;
  std::int64_t zeros_ = 0;
  std::int64_t nans_ = 0;
  std::int64_t infinities_ = 0;
  float min_ = 0.0F;
  float max_ = 0.0F;
  int exponent_ = kMinExponent;
  /// A sign is allocated with the first value that needs it.
  BinCounts bins_;
};

/// The exponent that a histogram of this amax > 0 has.
[[nodiscard]] int binExponent(float amax) noexcept;

}  // namespace calibrt
