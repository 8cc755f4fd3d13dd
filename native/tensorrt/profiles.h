#pragma once

#include <optional>

#include "tensorrt/build_request.h"
#include "tensorrt/failure.h"
#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// Adds the request's optimization profiles. Refused, naming the input: a dynamic input without a range, a range for an
/// input that is not there, one of another rank, one that changes a fixed dimension, and min ≤ opt ≤ max not holding.
std::optional<Failure> addProfiles(nvinfer1::IBuilder& builder, const nvinfer1::INetworkDefinition& network,
                                   nvinfer1::IBuilderConfig& config, const BuildRequest& request);

}  // namespace calibrt::tensorrt
