#pragma once

#include <NvInfer.h>

#include "onnx/graph.h"

namespace calibrt::test {

inline nvinfer1::DataType toDataType(ElementType type) {
  switch (type) {
    case ElementType::kUint8:
      return nvinfer1::DataType::kUINT8;
    case ElementType::kInt8:
      return nvinfer1::DataType::kINT8;
    case ElementType::kInt32:
      return nvinfer1::DataType::kINT32;
    case ElementType::kInt64:
      return nvinfer1::DataType::kINT64;
    case ElementType::kBool:
      return nvinfer1::DataType::kBOOL;
    case ElementType::kHalf:
      return nvinfer1::DataType::kHALF;
    case ElementType::kBfloat16:
      return nvinfer1::DataType::kBF16;
    case ElementType::kFloat8:
      return nvinfer1::DataType::kFP8;
    default:
      return nvinfer1::DataType::kFLOAT;
  }
}

inline nvinfer1::Dims toDims(const std::vector<std::int64_t>& dims, bool shaped = true) {
  nvinfer1::Dims result{};
  result.nbDims = shaped ? static_cast<std::int32_t>(dims.size()) : -1;
  for (std::size_t i = 0; i < dims.size() && i < nvinfer1::Dims::MAX_DIMS; ++i) result.d[i] = dims[i];
  return result;
}

inline std::vector<std::int64_t> fromDims(const nvinfer1::Dims& dims) {
  return {dims.d, dims.d + (dims.nbDims > 0 ? dims.nbDims : 0)};
}

}  // namespace calibrt::test
