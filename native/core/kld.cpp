#include "core/kld.h"

#include <algorithm>

namespace calibrt {
namespace {

constexpr double kFloor = 1e-30;

}  // namespace

DivergenceSearch searchKld(std::span<const double> counts, std::size_t levels, std::size_t stride) {
  const ClippedDivergence divergence(counts);
  DivergenceSearch result{stride, 0, {}};
  for (std::size_t kept = stride; kept <= counts.size(); kept += stride) {
    result.divergences.push_back(divergence.at(kept, levels, kFloor));
  }
  const auto least = std::ranges::min_element(result.divergences);
  result.index = stride * (static_cast<std::size_t>(least - result.divergences.begin()) + 1);
  result.divergence = *least;
  return result;
}

}  // namespace calibrt
