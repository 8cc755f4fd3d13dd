#include "core/moments.h"

namespace calibrt {

Moments::Moments(std::span<const std::int64_t> counts) {
  knots_.reserve(counts.size() + 1);
  knots_.push_back({0, 0});
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto count = static_cast<double>(counts[i]);
    const auto from = static_cast<double>(i);
    const Sums& below = knots_.back();
    second_ += count * (from * from + from + 1.0 / 3.0);
    knots_.push_back({below.mass + count, below.first + count * (from + 0.5)});
  }
}

}  // namespace calibrt
