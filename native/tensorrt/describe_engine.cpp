#include "tensorrt/describe_engine.h"

#include <algorithm>

#include "tensorrt/dims.h"
#include "tensorrt/engine_core.h"
#include "tensorrt/name_tables.h"

namespace calibrt::tensorrt {
namespace {

using nvinfer1::OptProfileSelector;

constexpr OptProfileSelector kSelectors[] = {OptProfileSelector::kMIN, OptProfileSelector::kOPT,
                                             OptProfileSelector::kMAX};

/// The values that a profile states for a shape tensor, of which there are `count`.
std::vector<std::int64_t> profileValues(const EngineCore& core, const char* name, std::int32_t profile,
                                        OptProfileSelector select, std::size_t count) {
  const nvinfer1::ICudaEngine& engine = core.engine();
  if (core.hasMinor(11)) {
    const std::int64_t* values = engine.getProfileTensorValuesV2(name, profile, select);
    if (values != nullptr) return {values, values + count};
  }
#if !CALIBRT_STRONGLY_TYPED
  // An engine whose profile was set with 32-bit values, or a library that has no others.
  const std::int32_t* values = engine.getProfileTensorValues(name, profile, select);
  if (values != nullptr) return {values, values + count};
#endif
  return {};
}

ShapeRange profileRange(const EngineCore& core, const EngineTensor& tensor, std::int32_t profile) {
  const char* name = tensor.name.c_str();
  ShapeRange range{tensor.name, {}, {}, {}};
  std::vector<std::int64_t>* const ends[] = {&range.min, &range.opt, &range.max};
  for (std::size_t i = 0; i < std::size(kSelectors); ++i) {
    if (tensor.isShapeTensor) {
      std::size_t count = 1;
      for (const std::int64_t dim : tensor.dims) count *= static_cast<std::size_t>(std::max<std::int64_t>(dim, 0));
      *ends[i] = profileValues(core, name, profile, kSelectors[i], count);
    } else {
      *ends[i] = toVector(core.engine().getProfileShape(name, profile, kSelectors[i]));
    }
  }
  return range;
}

EngineTensor describeTensor(const EngineCore& core, const char* name) {
  const nvinfer1::ICudaEngine& engine = core.engine();
  EngineTensor tensor;
  tensor.name = name;
  tensor.dtype = nameOf(kDataTypes, engine.getTensorDataType(name));
  tensor.isInput = engine.getTensorIOMode(name) == nvinfer1::TensorIOMode::kINPUT;
  tensor.isShapeTensor = engine.getTensorLocation(name) == nvinfer1::TensorLocation::kHOST;
  tensor.isLinear = engine.getTensorFormat(name, 0) == nvinfer1::TensorFormat::kLINEAR;
  tensor.dims = toVector(engine.getTensorShape(name));
  const char* format = engine.getTensorFormatDesc(name, 0);
  tensor.format = format == nullptr ? "" : format;
  if (!tensor.isInput) return tensor;
  for (std::int32_t i = 0; i < engine.getNbOptimizationProfiles(); ++i) {
    tensor.profiles.push_back(profileRange(core, tensor, i));
  }
  return tensor;
}

}  // namespace

EngineInfo describeEngine(const EngineCore& core, std::size_t planBytes) {
  const nvinfer1::ICudaEngine& engine = core.engine();
  EngineInfo info;
  const char* name = engine.getName();
  info.name = name == nullptr ? "" : name;
  info.layers = engine.getNbLayers();
  for (std::int32_t i = 0; i < engine.getNbIOTensors(); ++i) {
    info.tensors.push_back(describeTensor(core, engine.getIOTensorName(i)));
  }
  info.profiles = engine.getNbOptimizationProfiles();
  if (core.hasMinor(1)) {
    info.contextMemoryBytes = engine.getDeviceMemorySizeV2();
  }
#if !CALIBRT_STRONGLY_TYPED
  else {
    info.contextMemoryBytes = static_cast<std::int64_t>(engine.getDeviceMemorySize());
  }
#endif
  info.weightBytes = static_cast<std::int64_t>(planBytes);
  if (core.hasMinor(14)) {
    const std::int64_t bytes = engine.getEngineStat(nvinfer1::EngineStat::kTOTAL_WEIGHTS_SIZE);
    if (bytes > 0) info.weightBytes = bytes;
  }
  info.auxiliaryStreams = engine.getNbAuxStreams();
  info.refittable = engine.isRefittable();
  info.profilingVerbosity = nameOf(kProfilingVerbosities, engine.getProfilingVerbosity());
  if (core.hasMinor(1) && engine.getStreamableWeightsSize() > 0) {
    info.weightStreaming = {engine.getStreamableWeightsSize(), engine.getWeightStreamingBudgetV2(),
                            engine.getWeightStreamingAutomaticBudget(), engine.getWeightStreamingScratchMemorySize()};
  }
  return info;
}

}  // namespace calibrt::tensorrt
