#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace calibrt {

/// How many values fell into each bin of one or both signs.
///
/// New values are counted in 32 bits, for the bins of many tensors take turns in the caches and halves fit sooner;
/// before those could overflow they move to 64 bits. Neither shows: counts are the sum of both.
class BinCounts {
 public:
  static constexpr int kBinsLog2 = 16;
  /// Bins per sign.
  static constexpr std::size_t kBins = std::size_t{1} << kBinsLog2;

  BinCounts() = default;
  /// `counts`: the positive sign's bins, then the negative sign's, if any: kBins entries of each.
  explicit BinCounts(std::vector<std::int64_t> counts);

  /// 0, 1 (positive) or 2.
  [[nodiscard]] std::size_t signs() const noexcept { return signs_; }
  /// Makes bins for so many signs; never takes any away.
  void allocateSigns(std::size_t signs);

  /// Counts one value in each of these bins: below kBins a positive one's, from there on a negative one's. Their signs
  /// are allocated, and they are fewer than 2^32.
  void count(std::span<const std::uint32_t> bins);

  /// Merges runs of 2^shift bins of each sign.
  void mergeNeighbours(int shift);

  /// Adds the counts of `other`, runs of 2^shift of its bins to one of these. Its signs are allocated; no sum passes
  /// 2^63 - 1. `other` may be this object if `shift` is 0.
  void add(const BinCounts& other, int shift);

  /// The bins of a sign (0 positive, 1 negative); none where it is not allocated.
  [[nodiscard]] std::vector<std::int64_t> ofSign(std::size_t sign) const;
  /// Of both signs together: kBins entries.
  [[nodiscard]] std::vector<std::int64_t> magnitudes() const;

  /// Bytes held.
  [[nodiscard]] std::size_t memory() const noexcept;

  friend bool operator==(const BinCounts& a, const BinCounts& b);

 private:
  [[nodiscard]] std::int64_t at(std::size_t i) const noexcept;
  void settle();

  std::size_t signs_ = 0;
  /// Sum of `recent_`, or more.
  std::uint64_t unsettled_ = 0;
  /// Each of `recent_` and `settled_` is either empty or has the bins of all signs.
  std::vector<std::uint32_t> recent_;
  std::vector<std::int64_t> settled_;
};

}  // namespace calibrt
