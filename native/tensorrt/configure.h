#pragma once

#include "tensorrt/build_request.h"
#include "tensorrt/capability.h"
#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// Carries the request's options over into the builder's configuration.
///
/// @throws Failed kUnsupported naming an option that this flavour or library lacks
void configure(nvinfer1::IBuilderConfig& config, const BuildRequest& request, const Capability& capability);

/// Flags for a new network. It is strongly typed (as TensorRT 11 and TensorRT-RTX always are) unless a precision flag
/// asks for the builder's choice, or the request says otherwise.
nvinfer1::NetworkDefinitionCreationFlags networkFlags(const BuildRequest& request);

/// Whether the request's plan depends on the GPU at hand, which then must be there.
bool needsGpu(const BuildRequest& request);

}  // namespace calibrt::tensorrt
