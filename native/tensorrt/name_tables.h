#pragma once

#include "tensorrt/build_observer.h"
#include "tensorrt/flavour.h"
#include "tensorrt/named.h"

namespace calibrt::tensorrt {

/// ONNX's lower-case names, where it has one.
inline constexpr NameTable<nvinfer1::DataType, 12> kDataTypes{{
    {"float32", nvinfer1::DataType::kFLOAT},
    {"float16", nvinfer1::DataType::kHALF},
    {"int8", nvinfer1::DataType::kINT8},
    {"int32", nvinfer1::DataType::kINT32},
    {"bool", nvinfer1::DataType::kBOOL},
    {"uint8", nvinfer1::DataType::kUINT8},
    {"float8e4m3fn", nvinfer1::DataType::kFP8},
    {"bfloat16", nvinfer1::DataType::kBF16},
    {"int64", nvinfer1::DataType::kINT64},
    {"int4", nvinfer1::DataType::kINT4},
    {"float4e2m1", nvinfer1::DataType::kFP4},
    {"float8e8m0", nvinfer1::DataType::kE8M0},
}};
static_assert(isComplete(kDataTypes, nvinfer1::EnumMax<nvinfer1::DataType>()));

inline constexpr NameTable<nvinfer1::ProfilingVerbosity, 3> kProfilingVerbosities{{
    {"layer_names_only", nvinfer1::ProfilingVerbosity::kLAYER_NAMES_ONLY},
    {"none", nvinfer1::ProfilingVerbosity::kNONE},
    {"detailed", nvinfer1::ProfilingVerbosity::kDETAILED},
}};
static_assert(isComplete(kProfilingVerbosities, nvinfer1::EnumMax<nvinfer1::ProfilingVerbosity>()));

#if CALIBRT_RTX
/// GPUs that a plan can be built for without one.
inline constexpr auto kTargets = std::to_array<Named<nvinfer1::ComputeCapability>>({
    {"current", nvinfer1::ComputeCapability::kCURRENT},
    {"sm75", nvinfer1::ComputeCapability::kSM75},
    {"sm80", nvinfer1::ComputeCapability::kSM80},
    {"sm86", nvinfer1::ComputeCapability::kSM86},
    {"sm89", nvinfer1::ComputeCapability::kSM89},
    {"sm120", nvinfer1::ComputeCapability::kSM120},
    {"sm121", nvinfer1::ComputeCapability::kSM121},
});
static_assert(isIncreasing(kTargets));
static_assert(static_cast<int>(kTargets.back().value) == 121, "the enumerators are the capability itself");
#endif

inline constexpr NameTable<nvinfer1::ErrorCode, 11> kErrorCodes{{
    {"success", nvinfer1::ErrorCode::kSUCCESS},
    {"unspecified error", nvinfer1::ErrorCode::kUNSPECIFIED_ERROR},
    {"internal error", nvinfer1::ErrorCode::kINTERNAL_ERROR},
    {"invalid argument", nvinfer1::ErrorCode::kINVALID_ARGUMENT},
    {"invalid configuration", nvinfer1::ErrorCode::kINVALID_CONFIG},
    {"failed allocation", nvinfer1::ErrorCode::kFAILED_ALLOCATION},
    {"failed initialization", nvinfer1::ErrorCode::kFAILED_INITIALIZATION},
    {"failed execution", nvinfer1::ErrorCode::kFAILED_EXECUTION},
    {"failed computation", nvinfer1::ErrorCode::kFAILED_COMPUTATION},
    {"invalid state", nvinfer1::ErrorCode::kINVALID_STATE},
    {"unsupported state", nvinfer1::ErrorCode::kUNSUPPORTED_STATE},
}};
static_assert(isComplete(kErrorCodes, nvinfer1::EnumMax<nvinfer1::ErrorCode>()));

inline constexpr NameTable<nvonnxparser::ErrorCode, 15> kParserErrorCodes{{
    {"SUCCESS", nvonnxparser::ErrorCode::kSUCCESS},
    {"INTERNAL_ERROR", nvonnxparser::ErrorCode::kINTERNAL_ERROR},
    {"MEM_ALLOC_FAILED", nvonnxparser::ErrorCode::kMEM_ALLOC_FAILED},
    {"MODEL_DESERIALIZE_FAILED", nvonnxparser::ErrorCode::kMODEL_DESERIALIZE_FAILED},
    {"INVALID_VALUE", nvonnxparser::ErrorCode::kINVALID_VALUE},
    {"INVALID_GRAPH", nvonnxparser::ErrorCode::kINVALID_GRAPH},
    {"INVALID_NODE", nvonnxparser::ErrorCode::kINVALID_NODE},
    {"UNSUPPORTED_GRAPH", nvonnxparser::ErrorCode::kUNSUPPORTED_GRAPH},
    {"UNSUPPORTED_NODE", nvonnxparser::ErrorCode::kUNSUPPORTED_NODE},
    {"UNSUPPORTED_NODE_ATTR", nvonnxparser::ErrorCode::kUNSUPPORTED_NODE_ATTR},
    {"UNSUPPORTED_NODE_INPUT", nvonnxparser::ErrorCode::kUNSUPPORTED_NODE_INPUT},
    {"UNSUPPORTED_NODE_DATATYPE", nvonnxparser::ErrorCode::kUNSUPPORTED_NODE_DATATYPE},
    {"UNSUPPORTED_NODE_DYNAMIC", nvonnxparser::ErrorCode::kUNSUPPORTED_NODE_DYNAMIC},
    {"UNSUPPORTED_NODE_SHAPE", nvonnxparser::ErrorCode::kUNSUPPORTED_NODE_SHAPE},
    {"REFIT_FAILED", nvonnxparser::ErrorCode::kREFIT_FAILED},
}};
// Unlike nvinfer1's, the parser's EnumMax is the last enumerator.
static_assert(isComplete(kParserErrorCodes, nvonnxparser::EnumMax<nvonnxparser::ErrorCode>() + 1));

/// Our levels are TensorRT's, in its order.
constexpr Severity toSeverity(nvinfer1::ILogger::Severity severity) { return static_cast<Severity>(severity); }
static_assert(nvinfer1::EnumMax<nvinfer1::ILogger::Severity>() == 5);
static_assert(toSeverity(nvinfer1::ILogger::Severity::kINTERNAL_ERROR) == Severity::kFatal);
static_assert(toSeverity(nvinfer1::ILogger::Severity::kERROR) == Severity::kError);
static_assert(toSeverity(nvinfer1::ILogger::Severity::kWARNING) == Severity::kWarning);
static_assert(toSeverity(nvinfer1::ILogger::Severity::kINFO) == Severity::kInfo);
static_assert(toSeverity(nvinfer1::ILogger::Severity::kVERBOSE) == Severity::kVerbose);

}  // namespace calibrt::tensorrt
