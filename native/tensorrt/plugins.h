#pragma once

#include "tensorrt/build_request.h"
#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// Loads the request's plugin libraries, before the model is parsed.
///
/// @throws Failed kLibrary naming a library that cannot be loaded
void loadPlugins(nvinfer1::IBuilder& builder, nvinfer1::IBuilderConfig& config, const BuildRequest& request);

}  // namespace calibrt::tensorrt
