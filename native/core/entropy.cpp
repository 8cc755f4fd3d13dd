#include "core/entropy.h"

#include <algorithm>
#include <stdexcept>

namespace calibrt {
namespace {

constexpr double kTie = 1e-12;

}  // namespace

DivergenceSearch searchEntropy(std::span<const double> counts, std::size_t levels, std::size_t start,
                               std::size_t stride) {
  std::vector<double> withoutZeros(counts.begin(), counts.end());
  withoutZeros[0] = withoutZeros[1];
  if (std::ranges::all_of(withoutZeros, [](double count) { return count == 0; })) {
    throw std::invalid_argument("no bin but the first holds anything");
  }
  const ClippedDivergence divergence(withoutZeros);

  DivergenceSearch result{start, 0, {}};
  for (std::size_t kept = start; kept <= counts.size(); kept += stride) {
    result.divergences.push_back(divergence.at(kept, levels, 0));
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
