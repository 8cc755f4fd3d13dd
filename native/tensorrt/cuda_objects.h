#pragma once

#include <cstddef>
#include <utility>

#include "tensorrt/cuda_api.h"

/// What the CUDA driver hands out, owned. Made, used and destroyed on threads that called useDevice(). Making one
/// throws Failed; destroying ignores errors, of which nobody could make anything.
namespace calibrt::tensorrt {

/// A handle that is closed by Close::close.
template <typename Handle, typename Close>
class CudaHandle {
 public:
  CudaHandle() = default;
  explicit CudaHandle(Handle handle) noexcept : handle_(handle) {}
  CudaHandle(CudaHandle&& other) noexcept : handle_(std::exchange(other.handle_, Handle{})) {}
  CudaHandle& operator=(CudaHandle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  CudaHandle(const CudaHandle&) = delete;
  CudaHandle& operator=(const CudaHandle&) = delete;
  ~CudaHandle() {
    if (handle_ != Handle{}) Close::close(handle_);
  }

  [[nodiscard]] Handle get() const noexcept { return handle_; }
  explicit operator bool() const noexcept { return handle_ != Handle{}; }

 private:
  Handle handle_{};
};

struct CloseStream {
  static void close(CudaStream stream) noexcept;
};
struct CloseEvent {
  static void close(CudaEvent event) noexcept;
};
struct CloseGraph {
  static void close(CudaGraphExec graph) noexcept;
};
struct CloseMemory {
  static void close(CudaAddress address) noexcept;
};
struct ClosePinned {
  static void close(void* memory) noexcept;
};

using Stream = CudaHandle<CudaStream, CloseStream>;
using Event = CudaHandle<CudaEvent, CloseEvent>;
using GraphExec = CudaHandle<CudaGraphExec, CloseGraph>;

Stream makeStream(unsigned flags = kCudaStreamNonBlocking);
Event makeEvent(unsigned flags);

/// GPU memory that only grows.
class DeviceBuffer {
 public:
  /// At least `bytes`, and at least one, so that there is an address. What it held is lost where it has to grow.
  ///
  /// @returns whether the address changed
  bool ensure(std::size_t bytes, bool managed = false);
  [[nodiscard]] CudaAddress address() const noexcept { return memory_.get(); }
  [[nodiscard]] void* pointer() const noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  CudaHandle<CudaAddress, CloseMemory> memory_;
  std::size_t bytes_ = 0;
};

/// Host memory that the GPU copies from and to without the driver's help.
class PinnedBuffer {
 public:
  PinnedBuffer() = default;
  explicit PinnedBuffer(std::size_t bytes);
  [[nodiscard]] std::byte* data() const noexcept { return static_cast<std::byte*>(memory_.get()); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  CudaHandle<void*, ClosePinned> memory_;
  std::size_t bytes_ = 0;
};

}  // namespace calibrt::tensorrt
