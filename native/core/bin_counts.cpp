#include "core/bin_counts.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace calibrt {
namespace {

constexpr std::uint64_t kMostRecent = std::numeric_limits<std::uint32_t>::max();

// A bin index has 16 bits: a longer shift, undefined from 64 on, gives 0 as well.
std::size_t merged(std::size_t bin, int shift) { return bin >> std::min(shift, BinCounts::kBinsLog2); }

template <typename Count>
void mergeRuns(std::vector<Count>& counts, int shift) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const Count count = std::exchange(counts[i], 0);
    const std::size_t bin = i % BinCounts::kBins;
    if (count != 0) counts[i - bin + merged(bin, shift)] += count;
  }
}

}  // namespace

BinCounts::BinCounts(std::vector<std::int64_t> counts) : signs_(counts.size() / kBins), settled_(std::move(counts)) {}

void BinCounts::allocateSigns(std::size_t signs) {
  if (signs <= signs_) return;
  signs_ = signs;
  if (!recent_.empty()) recent_.resize(signs * kBins, 0);
  if (!settled_.empty()) settled_.resize(signs * kBins, 0);
}

void BinCounts::count(std::span<const std::uint32_t> bins) {
  if (unsettled_ + bins.size() > kMostRecent) settle();
  unsettled_ += bins.size();
  if (recent_.empty()) recent_.resize(signs_ * kBins, 0);
  for (const std::uint32_t bin : bins) ++recent_[bin];
}

void BinCounts::mergeNeighbours(int shift) {
  if (shift == 0) return;
  mergeRuns(recent_, shift);
  mergeRuns(settled_, shift);
}

void BinCounts::add(const BinCounts& other, int shift) {
  const auto target = [shift](std::size_t i) {
    const std::size_t bin = i % kBins;
    return i - bin + merged(bin, shift);
  };
  if (other.settled_.empty() && unsettled_ + other.unsettled_ <= kMostRecent) {
    unsettled_ += other.unsettled_;
    if (recent_.empty()) recent_.resize(signs_ * kBins, 0);
    for (std::size_t i = 0; i < other.recent_.size(); ++i) recent_[target(i)] += other.recent_[i];
    return;
  }
  settle();
  for (std::size_t i = 0; i < other.signs_ * kBins; ++i) settled_[target(i)] += other.at(i);
}

std::vector<std::int64_t> BinCounts::ofSign(std::size_t sign) const {
  std::vector<std::int64_t> counts(sign < signs_ ? kBins : 0);
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = at(sign * kBins + i);
  return counts;
}

std::vector<std::int64_t> BinCounts::magnitudes() const {
  std::vector<std::int64_t> sum(kBins, 0);
  for (std::size_t i = 0; i < signs_ * kBins; ++i) sum[i % kBins] += at(i);
  return sum;
}

std::size_t BinCounts::memory() const noexcept {
  return recent_.capacity() * sizeof(recent_[0]) + settled_.capacity() * sizeof(settled_[0]);
}

bool operator==(const BinCounts& a, const BinCounts& b) {
  if (a.signs_ != b.signs_) return false;
  for (std::size_t i = 0; i < a.signs_ * BinCounts::kBins; ++i) {
    if (a.at(i) != b.at(i)) return false;
  }
  return true;
}

std::int64_t BinCounts::at(std::size_t i) const noexcept {
  return (settled_.empty() ? 0 : settled_[i]) + (recent_.empty() ? 0 : static_cast<std::int64_t>(recent_[i]));
}

void BinCounts::settle() {
  if (settled_.empty()) settled_.resize(signs_ * kBins, 0);
  for (std::size_t i = 0; i < recent_.size(); ++i) settled_[i] += std::exchange(recent_[i], 0);
  unsettled_ = 0;
}

}  // namespace calibrt
