#include "core/divergence.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace calibrt {
namespace {

double xLogX(double x) { return x > 0 ? x * std::log(x) : 0.0; }

/// Compensated (Neumaier) running sum: the prefix sums are subtracted from each other.
class Sum {
 public:
  double add(double term) {
    const double sum = sum_ + term;
    compensation_ += std::fabs(sum_) >= std::fabs(term) ? (sum_ - sum) + term : (term - sum) + sum_;
    sum_ = sum;
    return sum_ + compensation_;
  }

 private:
  double sum_ = 0;
  double compensation_ = 0;
};

}  // namespace

ClippedDivergence::ClippedDivergence(std::span<const double> counts) : shares_(counts.begin(), counts.end()) {
  Sum sum;
  double total = 0;
  for (const double count : counts) total = sum.add(count);
  if (!(total > 0)) throw std::invalid_argument("no bin holds anything");
  for (double& share : shares_) share /= total;

  prefix_.reserve(shares_.size() + 1);
  prefix_.push_back({0, 0, 0});
  Sum mass;
  Sum pLogP;
  double nonEmpty = 0;
  for (const double share : shares_) {
    nonEmpty += share > 0 ? 1 : 0;
    prefix_.push_back({mass.add(share), pLogP.add(xLogX(share)), nonEmpty});
  }
}

// KL(P||Q) = sum p * ln(p / q), where q = (level mass / non-empty bins of the level) / (mass kept).
double ClippedDivergence::at(std::size_t kept, std::size_t levels, double floor) const {
  const double massKept = prefix_[kept].mass;
  const double last = shares_[kept - 1];
  const double tail = kept < shares_.size() ? prefix_.back().mass - massKept : 0.0;
  // An empty last bin has the tail in P, and nothing in Q.
  const double unmatched = last == 0 ? tail : 0.0;
  const double matchedTail = tail - unmatched;

  double sum = prefix_[kept].pLogP - xLogX(last) + xLogX(last + tail);
  if (unmatched > 0) sum -= unmatched * std::log(floor);
  if (massKept > 0) sum += (massKept + matchedTail) * std::log(massKept);
  for (std::size_t level = 0; level < levels; ++level) {
    // The bins k with floor(k * levels / kept) == level.
    const Prefix& from = prefix_[(level * kept + levels - 1) / levels];
    const Prefix& to = prefix_[((level + 1) * kept + levels - 1) / levels];
    const double nonEmpty = to.nonEmpty - from.nonEmpty;
    if (nonEmpty == 0) continue;
    const double mass = to.mass - from.mass;
    const bool holdsTail = &to == &prefix_[kept];
    sum -= (holdsTail ? mass + matchedTail : mass) * std::log(mass / nonEmpty);
  }
  return std::max(sum, 0.0);
}

}  // namespace calibrt
