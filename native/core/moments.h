#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace calibrt {

/// Mass and moments of |x| below any point, in bin widths, with every bin's mass evenly spread over it.
class Moments {
 public:
  struct Sums {
    double mass;
    double first;
  };

  /// No counts are no mass.
  explicit Moments(std::span<const std::int64_t> counts);

  /// Sums over [0, x), x >= 0.
  [[nodiscard]] Sums below(double x) const {
    const auto bin = static_cast<std::size_t>(x);
    if (bin + 1 >= knots_.size()) return knots_.back();
    const auto from = static_cast<double>(bin);
    const double part = x - from;
    const Sums& at = knots_[bin];
    const double mass = part * (knots_[bin + 1].mass - at.mass);
    return {at.mass + mass, at.first + mass * (from + 0.5 * part)};
  }

  [[nodiscard]] const Sums& total() const { return knots_.back(); }
  /// Sum of x^2.
  [[nodiscard]] double second() const { return second_; }

 private:
  std::vector<Sums> knots_;
  double second_ = 0;
};

/// Sum of (x - Q(x))^2 where Q rounds |x| to the nearest of 0, step, 2 * step, ..., with one more of these levels from
/// each call to the next: none but 0 at first.
class SquaredError {
 public:
  SquaredError(const Moments& moments, double step) : moments_(moments), step_(step) {}

  /// Adds the next level. With the cell of level k being [(k - 1/2) step, (k + 1/2) step), the last one open, the sum
  /// over the cells of M2 - 2k step * M1 + (k step)^2 * M0 telescopes to values at the cells' lower edges.
  void addLevel() {
    ++levels_;
    const auto below = moments_.below((levels_ - 0.5) * step_);
    firstBelow_ += below.first;
    massBelow_ += (2 * levels_ - 1) * below.mass;
  }

  [[nodiscard]] double value() const {
    const auto& total = moments_.total();
    return moments_.second() - 2 * step_ * (levels_ * total.first - firstBelow_) +
           step_ * step_ * (levels_ * levels_ * total.mass - massBelow_);
  }

 private:
  const Moments& moments_;
  double step_;
  double levels_ = 0;
  double firstBelow_ = 0;
  double massBelow_ = 0;
};

}  // namespace calibrt
