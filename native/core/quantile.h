#pragma once

#include <cstdint>
#include <span>

namespace calibrt {

/// The least x >= 0, in bin widths, with at least `wanted` values at or below it, where `below` values are at or below
/// 0 and `counts` those of equal bins from 0, each evenly spread over its bin. 0 where `below` suffices; the end of the
/// last bin where nothing does.
[[nodiscard]] double quantileInBins(std::span<const std::int64_t> counts, double below, double wanted);

}  // namespace calibrt
