#pragma once

#include "tensorrt/build_request.h"
#include "tensorrt/capability.h"
#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// The name of a network whose ranges are placeholders, which its engine keeps: nobody shall take it for a calibrated
/// one.
inline constexpr char kPlaceholderName[] = "calibrt: PLACEHOLDER INT8 RANGES, FOR TIMING ALONE";

/// Gives every tensor trtexec's placeholder range: network inputs and what pooling gives [-2, 2], all else [-4, 4].
///
/// @throws Failed kUnsupported where the flavour has no implicit quantization, or the library refuses a range
void setPlaceholderRanges(nvinfer1::INetworkDefinition& network, const BuildRequest& request,
                          const Capability& capability);

}  // namespace calibrt::tensorrt
