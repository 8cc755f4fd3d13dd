#pragma once

#include <string>

#include "tensorrt/cuda_objects.h"
#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// Captures one enqueue as a CUDA graph. The context must have run once with its present shapes and addresses, or what
/// TensorRT sets up at the first run would be part of the graph.
///
/// @param problem why there is none, where the result is empty
GraphExec captureGraph(nvinfer1::IExecutionContext& context, CudaStream stream, std::string& problem);

}  // namespace calibrt::tensorrt
