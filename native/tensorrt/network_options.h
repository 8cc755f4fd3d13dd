#pragma once

#include "tensorrt/build_request.h"
#include "tensorrt/capability.h"
#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// Sets the parser's flags; before it parses.
///
/// @throws Failed kUnsupported naming a flag that the parser does not take
void setParserFlags(nvonnxparser::IParser& parser, const BuildRequest& request, const Capability& capability);

/// Carries the request's options for single layers and tensors over into the parsed network.
///
/// @throws Failed kUnsupported naming an option that this flavour or library lacks; kProfile naming a layer or tensor
/// that the network does not have
void applyNetworkOptions(nvinfer1::INetworkDefinition& network, nvinfer1::IBuilderConfig& config,
                         const BuildRequest& request, const Capability& capability);

}  // namespace calibrt::tensorrt
