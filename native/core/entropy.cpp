#include "core/entropy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace calibrt {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kTie = 1e-12;

double xLogX(double x) { return x > 0 ? x * std::log(x) : 0.0; }

/// Compensated (Neumaier) running sum: the prefix sums below are subtracted from each other.
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

/// Prefix sums over the bins' shares p of the whole: entry i covers the bins below i.
struct Prefix {
  double mass;
  double pLogP;
  double nonEmpty;
};

std::vector<Prefix> prefixSums(std::span<const double> shares) {
  std::vector<Prefix> prefix{{0, 0, 0}};
  prefix.reserve(shares.size() + 1);
  Sum mass;
  Sum pLogP;
  double nonEmpty = 0;
  for (const double share : shares) {
    nonEmpty += share > 0 ? 1 : 0;
    prefix.push_back({mass.add(share), pLogP.add(xLogX(share)), nonEmpty});
  }
  return prefix;
}

// KL(P||Q) = sum p * ln(p / q), where q = (level mass / non-empty bins of the level) / (mass kept).
double divergence(std::span<const Prefix> prefix, std::span<const double> shares, std::size_t kept,
                  std::size_t levels) {
  const double massKept = prefix[kept].mass;
  const double last = shares[kept - 1];
  const double tail = kept < shares.size() ? prefix.back().mass - massKept : 0.0;
  if (massKept <= 0 || (last == 0 && tail > 0)) return kInfinity;

  // Over the whole of P: its last bin holds the tail as well.
  double sum = prefix[kept].pLogP - xLogX(last) + xLogX(last + tail) + (massKept + tail) * std::log(massKept);
  for (std::size_t level = 0; level < levels; ++level) {
    // The bins k with floor(k * levels / kept) == level.
    const Prefix& from = prefix[(level * kept + levels - 1) / levels];
    const Prefix& to = prefix[((level + 1) * kept + levels - 1) / levels];
    const double nonEmpty = to.nonEmpty - from.nonEmpty;
    if (nonEmpty == 0) continue;
    const double mass = to.mass - from.mass;
    const bool holdsTail = &to == &prefix[kept];
    sum -= (holdsTail ? mass + tail : mass) * std::log(mass / nonEmpty);
  }
  return std::max(sum, 0.0);
}

}  // namespace

EntropySearch searchEntropy(std::span<const double> counts, int bits, std::size_t start, std::size_t stride) {
  std::vector<double> shares(counts.begin(), counts.end());
  shares[0] = shares[1];
  Sum sum;
  double total = 0;
  for (const double share : shares) total = sum.add(share);
  if (!(total > 0)) throw std::invalid_argument("no bin but the first holds anything");
  for (double& share : shares) share /= total;

  const std::vector<Prefix> prefix = prefixSums(shares);
  const std::size_t levels = std::size_t{1} << (bits - 1);
  EntropySearch result{start, kInfinity, {}};
  for (std::size_t kept = start; kept <= shares.size(); kept += stride) {
    result.divergences.push_back(divergence(prefix, shares, kept, levels));
  }
  const double least = *std::ranges::min_element(result.divergences);
  for (std::size_t i = 0; i < result.divergences.size(); ++i) {
    if (result.divergences[i] > least + kTie) continue;
    result.index = start + i * stride;
    result.divergence = result.divergences[i];
  }
  return result;
}

}  // namespace calibrt
