#include "tensorrt/dynamic_output.h"

#include "tensorrt/dims.h"

namespace calibrt::tensorrt {

void* DynamicOutput::reallocateOutputAsync(const char* /*tensor*/, void* /*current*/, std::uint64_t size,
                                           std::uint64_t /*alignment*/, cudaStream_t /*stream*/) noexcept {
  try {
    buffer_.ensure(size, managed_);
    return buffer_.pointer();
  } catch (...) {
    // Null tells TensorRT that there is no memory; it fails the run.
    return nullptr;
  }
}

void DynamicOutput::notifyShape(const char* /*tensor*/, const nvinfer1::Dims& dims) noexcept {
  try {
    dims_ = toVector(dims);
  } catch (...) {
    dims_.clear();
  }
}

}  // namespace calibrt::tensorrt
