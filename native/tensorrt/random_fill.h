#pragma once

#include <cstddef>
#include <span>

#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// Fills an input of `type` as trtexec does: a generator of the default seed for each tensor; floats uniform in
/// [-1, 1), integers in [-128, 127], unsigned bytes in [0, 255], booleans 0 or 1.
///
/// @throws Failed kUnsupported for types that trtexec fills with nothing either
void fillRandomly(std::span<std::byte> data, nvinfer1::DataType type);

}  // namespace calibrt::tensorrt
