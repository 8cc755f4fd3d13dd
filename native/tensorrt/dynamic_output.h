#pragma once

#include <cstdint>
#include <vector>

#include "tensorrt/cuda_objects.h"
#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// Memory for an output whose shape the data decide: TensorRT asks for it, and tells the shape, while it runs.
class DynamicOutput final : public nvinfer1::IOutputAllocator {
 public:
  explicit DynamicOutput(DeviceBuffer& buffer, bool managed) : buffer_(buffer), managed_(managed) {}

  void* reallocateOutputAsync(const char* tensor, void* current, std::uint64_t size, std::uint64_t alignment,
                              cudaStream_t stream) noexcept override;
  void notifyShape(const char* tensor, const nvinfer1::Dims& dims) noexcept override;

  /// As told by the last run.
  [[nodiscard]] const std::vector<std::int64_t>& dims() const noexcept { return dims_; }

 private:
  DeviceBuffer& buffer_;
  const bool managed_;
  std::vector<std::int64_t> dims_;
};

}  // namespace calibrt::tensorrt
