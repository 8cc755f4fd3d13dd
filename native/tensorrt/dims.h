#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// Empty for a scalar, and where the rank itself is unknown.
inline std::vector<std::int64_t> toVector(const nvinfer1::Dims& dims) {
  return {dims.d, dims.d + std::max(dims.nbDims, 0)};
}

/// At most Dims::MAX_DIMS of them.
inline nvinfer1::Dims toDims(const std::vector<std::int64_t>& shape) {
  nvinfer1::Dims dims{};
  dims.nbDims = static_cast<std::int32_t>(shape.size());
  std::ranges::copy(shape, dims.d);
  return dims;
}

/// Whether a dimension is not known yet.
inline bool isOpen(const std::vector<std::int64_t>& dims) {
  return std::ranges::any_of(dims, [](std::int64_t dim) { return dim < 0; });
}

}  // namespace calibrt::tensorrt
