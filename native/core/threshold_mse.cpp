#include <cmath>
#include <vector>

#include "core/rebin.h"
#include "core/thresholds.h"

namespace calibrt {
namespace {

/// Mass and first moment of |x| below any point, in bin widths, with every bin's mass evenly spread over it.
class Cumulative {
 public:
  explicit Cumulative(const std::vector<std::int64_t>& counts) {
    knots_.reserve(counts.size() + 1);
    knots_.push_back({0, 0});
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const auto count = static_cast<double>(counts[i]);
      const auto from = static_cast<double>(i);
      const Moments& below = knots_.back();
      second_ += count * (from * from + from + 1.0 / 3.0);
      knots_.push_back({below.mass + count, below.first + count * (from + 0.5)});
    }
  }

  struct Moments {
    double mass;
    double first;
  };

  /// Moments over [0, x), 0 <= x < bins.
  [[nodiscard]] Moments below(double x) const {
    const auto bin = static_cast<std::size_t>(x);
    const auto from = static_cast<double>(bin);
    const double part = x - from;
    const Moments& at = knots_[bin];
    const double mass = part * (knots_[bin + 1].mass - at.mass);
    return {at.mass + mass, at.first + mass * (from + 0.5 * part)};
  }

  [[nodiscard]] const Moments& total() const { return knots_.back(); }
  [[nodiscard]] double secondMoment() const { return second_; }

 private:
  std::vector<Moments> knots_;
  double second_ = 0;
};

// Sum of (x - Q(x))^2. With the step s, the cell of level k is [(k - 1/2)s, (k + 1/2)s), the last one open, and the sum
// over the cells of M2 - 2ks * M1 + (ks)^2 * M0 telescopes to values at the cells' lower edges.
double squaredError(const Cumulative& cumulative, double threshold, int levels) {
  const double step = threshold / levels;
  double firstBelow = 0;
  double massBelow = 0;
  for (int k = 1; k <= levels; ++k) {
    const auto below = cumulative.below((k - 0.5) * step);
    firstBelow += below.first;
    massBelow += (2 * k - 1) * below.mass;
  }
  const auto& total = cumulative.total();
  const double top = levels;
  return cumulative.secondMoment() - 2 * step * (top * total.first - firstBelow) +
         step * step * (top * top * total.mass - massBelow);
}

struct Candidate {
  double threshold;
  double error;
};

/// Evaluates `count` thresholds from + step, from + 2 * step, ... and keeps the best seen; of equals the largest.
class Search {
 public:
  Search(const Cumulative& cumulative, int levels, double amax)
      : cumulative_(cumulative), levels_(levels), amax_(amax), best_{amax, squaredError(cumulative, amax, levels)} {}

  void sweep(double from, double step, int count) {
    for (int i = 1; i <= count; ++i) {
      const double threshold = from + i * step;
      if (threshold <= 0 || threshold >= amax_) continue;
      const double error = squaredError(cumulative_, threshold, levels_);
      if (error < best_.error || (error == best_.error && threshold > best_.threshold)) best_ = {threshold, error};
    }
  }

  [[nodiscard]] const Candidate& best() const { return best_; }

 private:
  const Cumulative& cumulative_;
  int levels_;
  double amax_;
  Candidate best_;
};

constexpr int kCandidates = 2048;
constexpr int kRefinements = 3;
constexpr int kZoom = 16;

}  // namespace

Threshold mseThreshold(const Histogram& histogram, int bits) {
  const double amax = amaxInBins(histogram);
  if (amax == 0) return {};
  const Cumulative cumulative(histogram.magnitudes());
  Search search(cumulative, (1 << (bits - 1)) - 1, amax);
  double step = amax / kCandidates;
  search.sweep(0, step, kCandidates - 1);
  for (int i = 0; i < kRefinements; ++i) {
    const double from = search.best().threshold - step;
    step /= kZoom;
    search.sweep(from, step, 2 * kZoom - 1);
  }
  const double width = histogram.binWidth();
  const auto& [threshold, error] = search.best();
  return {threshold * width, std::fmax(error, 0.0) * width * width / static_cast<double>(histogram.count())};
}

}  // namespace calibrt
