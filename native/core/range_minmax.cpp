#include <algorithm>

#include "core/ranges.h"

namespace calibrt {

Range minmaxRange(const Histogram& histogram) {
  return {std::min(0.0, static_cast<double>(histogram.min())), std::max(0.0, static_cast<double>(histogram.max())), 0};
}

}  // namespace calibrt
