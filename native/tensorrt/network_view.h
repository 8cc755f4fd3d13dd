#pragma once

#include <string>
#include <vector>

#include "tensorrt/build_result.h"
#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

std::vector<TensorInfo> networkInputs(const nvinfer1::INetworkDefinition& network);
std::vector<TensorInfo> networkOutputs(const nvinfer1::INetworkDefinition& network);

/// Whether the network is explicitly quantized: it has a Q or DQ layer.
bool isQuantized(const nvinfer1::INetworkDefinition& network);

/// `1x3x-1x224`; `scalar` for no dimensions.
std::string shapeText(const std::vector<std::int64_t>& dims);

}  // namespace calibrt::tensorrt
