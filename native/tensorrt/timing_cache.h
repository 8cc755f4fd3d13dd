#pragma once

#include <memory>

#include "tensorrt/build_request.h"
#include "tensorrt/flavour.h"
#include "tensorrt/logger.h"

namespace calibrt::tensorrt {

/// Gives the configuration a timing cache, from the request's bytes where they fit this library and GPU, else an empty
/// one with a warning. Null where the library has no use for one (TensorRT-RTX); it must outlive the build.
std::unique_ptr<nvinfer1::ITimingCache> attachTimingCache(nvinfer1::IBuilderConfig& config, const BuildRequest& request,
                                                          LogSink& log);

/// Its bytes after the build; empty for null.
std::vector<std::uint8_t> serializeTimingCache(const nvinfer1::ITimingCache* cache);

/// A copy of TensorRT's memory.
std::vector<std::uint8_t> copyBytes(const nvinfer1::IHostMemory* memory);

}  // namespace calibrt::tensorrt
