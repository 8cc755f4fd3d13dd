#pragma once

#include "tensorrt/flavour.h"
#include "tensorrt/named.h"

/// Names of what a build can be asked for, in the words of lib/backends/tensorrt/build-options.ts. The headers decide
/// at compile time what is in a table; of TensorRT 10, whose interface grew within the major, `sinceMinor` says from
/// which library on.
namespace calibrt::tensorrt {

inline constexpr auto kBuilderFlags = std::to_array<Named<nvinfer1::BuilderFlag>>({
#if !CALIBRT_STRONGLY_TYPED
    {"fp16", nvinfer1::BuilderFlag::kFP16},
    {"int8", nvinfer1::BuilderFlag::kINT8},
#endif
    {"debug", nvinfer1::BuilderFlag::kDEBUG},
    {"gpuFallback", nvinfer1::BuilderFlag::kGPU_FALLBACK},
    {"refit", nvinfer1::BuilderFlag::kREFIT},
    {"disableTimingCache", nvinfer1::BuilderFlag::kDISABLE_TIMING_CACHE},
    {"tf32", nvinfer1::BuilderFlag::kTF32},
    {"sparseWeights", nvinfer1::BuilderFlag::kSPARSE_WEIGHTS},
    {"safetyScope", nvinfer1::BuilderFlag::kSAFETY_SCOPE},
#if !CALIBRT_STRONGLY_TYPED
    {"obeyPrecisionConstraints", nvinfer1::BuilderFlag::kOBEY_PRECISION_CONSTRAINTS},
    {"preferPrecisionConstraints", nvinfer1::BuilderFlag::kPREFER_PRECISION_CONSTRAINTS},
#endif
    {"directIo", nvinfer1::BuilderFlag::kDIRECT_IO},
#if !CALIBRT_STRONGLY_TYPED
    {"rejectEmptyAlgorithms", nvinfer1::BuilderFlag::kREJECT_EMPTY_ALGORITHMS},
#endif
#if !CALIBRT_RTX
    // TensorRT-RTX has the enumerator, and looks for a lean runtime that it does not ship.
    {"versionCompatible", nvinfer1::BuilderFlag::kVERSION_COMPATIBLE},
    {"excludeLeanRuntime", nvinfer1::BuilderFlag::kEXCLUDE_LEAN_RUNTIME},
#endif
#if !CALIBRT_STRONGLY_TYPED
    {"fp8", nvinfer1::BuilderFlag::kFP8},
#endif
    {"errorOnTimingCacheMiss", nvinfer1::BuilderFlag::kERROR_ON_TIMING_CACHE_MISS},
#if !CALIBRT_STRONGLY_TYPED
    {"bf16", nvinfer1::BuilderFlag::kBF16},
#endif
    {"disableCompilationCache", nvinfer1::BuilderFlag::kDISABLE_COMPILATION_CACHE},
    {"stripWeights", nvinfer1::BuilderFlag::kSTRIP_PLAN},
    {"refitIdentical", nvinfer1::BuilderFlag::kREFIT_IDENTICAL},
    {"weightStreaming", nvinfer1::BuilderFlag::kWEIGHT_STREAMING},
#if !CALIBRT_STRONGLY_TYPED
    {"int4", nvinfer1::BuilderFlag::kINT4},
#endif
    {"refitIndividual", nvinfer1::BuilderFlag::kREFIT_INDIVIDUAL, 2},
    {"strictNans", nvinfer1::BuilderFlag::kSTRICT_NANS, 6},
    {"monitorMemory", nvinfer1::BuilderFlag::kMONITOR_MEMORY, 6},
    {"editableTimingCache", nvinfer1::BuilderFlag::kEDITABLE_TIMING_CACHE, 8},
    {"distributiveIndependence", nvinfer1::BuilderFlag::kDISTRIBUTIVE_INDEPENDENCE, 12},
});
static_assert(isIncreasing(kBuilderFlags));

/// Precision flags, which make a network weakly typed; the rest leave its types alone.
inline constexpr std::string_view kPrecisionFlags[] = {"fp16", "int8", "fp8", "bf16", "int4"};

inline constexpr NameTable<nvinfer1::MemoryPoolType, 6> kMemoryPools{{
    {"workspace", nvinfer1::MemoryPoolType::kWORKSPACE},
    {"dlaManagedSram", nvinfer1::MemoryPoolType::kDLA_MANAGED_SRAM},
    {"dlaLocalDram", nvinfer1::MemoryPoolType::kDLA_LOCAL_DRAM},
    {"dlaGlobalDram", nvinfer1::MemoryPoolType::kDLA_GLOBAL_DRAM},
    {"tacticDram", nvinfer1::MemoryPoolType::kTACTIC_DRAM},
    {"tacticSharedMemory", nvinfer1::MemoryPoolType::kTACTIC_SHARED_MEMORY},
}};
static_assert(isComplete(kMemoryPools, nvinfer1::EnumMax<nvinfer1::MemoryPoolType>()));

inline constexpr auto kTacticSources = std::to_array<Named<nvinfer1::TacticSource>>({
#if !CALIBRT_STRONGLY_TYPED
    {"cublas", nvinfer1::TacticSource::kCUBLAS},
    {"cublasLt", nvinfer1::TacticSource::kCUBLAS_LT},
    {"cudnn", nvinfer1::TacticSource::kCUDNN},
#endif
    {"edgeMaskConvolutions", nvinfer1::TacticSource::kEDGE_MASK_CONVOLUTIONS},
    {"jitConvolutions", nvinfer1::TacticSource::kJIT_CONVOLUTIONS},
});
static_assert(isComplete(kTacticSources, nvinfer1::EnumMax<nvinfer1::TacticSource>()));

inline constexpr auto kPreviewFeatures = std::to_array<Named<nvinfer1::PreviewFeature>>({
#if !CALIBRT_STRONGLY_TYPED
    {"profileSharing0806", nvinfer1::PreviewFeature::kPROFILE_SHARING_0806},
#endif
    {"aliasedPluginIO1003", nvinfer1::PreviewFeature::kALIASED_PLUGIN_IO_10_03, 3},
    {"runtimeActivationResize", nvinfer1::PreviewFeature::kRUNTIME_ACTIVATION_RESIZE_10_10, 10},
});
static_assert(isIncreasing(kPreviewFeatures));

inline constexpr NameTable<nvinfer1::HardwareCompatibilityLevel, 3> kHardwareCompatibility{{
    {"none", nvinfer1::HardwareCompatibilityLevel::kNONE},
    {"ampere+", nvinfer1::HardwareCompatibilityLevel::kAMPERE_PLUS},
    {"sameComputeCapability", nvinfer1::HardwareCompatibilityLevel::kSAME_COMPUTE_CAPABILITY, 9},
}};
static_assert(isComplete(kHardwareCompatibility, nvinfer1::EnumMax<nvinfer1::HardwareCompatibilityLevel>()));

inline constexpr NameTable<nvinfer1::RuntimePlatform, 2> kRuntimePlatforms{{
    {"sameAsBuild", nvinfer1::RuntimePlatform::kSAME_AS_BUILD, 2},
    {"windowsAmd64", nvinfer1::RuntimePlatform::kWINDOWS_AMD64, 2},
}};
static_assert(isComplete(kRuntimePlatforms, nvinfer1::EnumMax<nvinfer1::RuntimePlatform>()));

inline constexpr NameTable<nvinfer1::TilingOptimizationLevel, 4> kTilingLevels{{
    {"none", nvinfer1::TilingOptimizationLevel::kNONE, 8},
    {"fast", nvinfer1::TilingOptimizationLevel::kFAST, 8},
    {"moderate", nvinfer1::TilingOptimizationLevel::kMODERATE, 8},
    {"full", nvinfer1::TilingOptimizationLevel::kFULL, 8},
}};
static_assert(isComplete(kTilingLevels, nvinfer1::EnumMax<nvinfer1::TilingOptimizationLevel>()));

inline constexpr NameTable<nvinfer1::DeviceType, 2> kDeviceTypes{{
    {"gpu", nvinfer1::DeviceType::kGPU},
    {"dla", nvinfer1::DeviceType::kDLA},
}};
static_assert(isComplete(kDeviceTypes, nvinfer1::EnumMax<nvinfer1::DeviceType>()));

inline constexpr NameTable<nvinfer1::TensorFormat, 13> kTensorFormats{{
    {"chw", nvinfer1::TensorFormat::kLINEAR},
    {"chw2", nvinfer1::TensorFormat::kCHW2},
    {"hwc8", nvinfer1::TensorFormat::kHWC8},
    {"chw4", nvinfer1::TensorFormat::kCHW4},
    {"chw16", nvinfer1::TensorFormat::kCHW16},
    {"chw32", nvinfer1::TensorFormat::kCHW32},
    {"dhwc8", nvinfer1::TensorFormat::kDHWC8},
    {"cdhw32", nvinfer1::TensorFormat::kCDHW32},
    {"hwc", nvinfer1::TensorFormat::kHWC},
    {"dla_linear", nvinfer1::TensorFormat::kDLA_LINEAR},
    {"dla_hwc4", nvinfer1::TensorFormat::kDLA_HWC4},
    {"hwc16", nvinfer1::TensorFormat::kHWC16},
    {"dhwc", nvinfer1::TensorFormat::kDHWC},
}};
static_assert(isComplete(kTensorFormats, nvinfer1::EnumMax<nvinfer1::TensorFormat>()));

inline constexpr NameTable<nvonnxparser::OnnxParserFlag, 5> kParserFlags{{
    {"nativeInstanceNorm", nvonnxparser::OnnxParserFlag::kNATIVE_INSTANCENORM},
    {"uint8AsymmetricQuantizationDla", nvonnxparser::OnnxParserFlag::kENABLE_UINT8_AND_ASYMMETRIC_QUANTIZATION_DLA},
    {"reportCapabilityDla", nvonnxparser::OnnxParserFlag::kREPORT_CAPABILITY_DLA},
    {"enablePluginOverride", nvonnxparser::OnnxParserFlag::kENABLE_PLUGIN_OVERRIDE},
    {"adjustForDla", nvonnxparser::OnnxParserFlag::kADJUST_FOR_DLA, 16},
}};
// Complete although EnumMax is not: it does not count the last.
static_assert(isComplete(kParserFlags, 5));

}  // namespace calibrt::tensorrt
