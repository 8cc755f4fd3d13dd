#include "tensorrt/cuda_objects.h"

#include <algorithm>
#include <bit>

namespace calibrt::tensorrt {

void CloseStream::close(CudaStream stream) noexcept { CudaApi::get().streamDestroy(stream); }
void CloseEvent::close(CudaEvent event) noexcept { CudaApi::get().eventDestroy(event); }
void CloseGraph::close(CudaGraphExec graph) noexcept { CudaApi::get().graphExecDestroy(graph); }
void CloseMemory::close(CudaAddress address) noexcept { CudaApi::get().memFree(address); }
void ClosePinned::close(void* memory) noexcept { CudaApi::get().memFreeHost(memory); }

Stream makeStream(unsigned flags) {
  const CudaApi& cuda = CudaApi::get();
  CudaStream stream = nullptr;
  cuda.check(cuda.streamCreate(&stream, flags), "cuStreamCreate");
  return Stream(stream);
}

Event makeEvent(unsigned flags) {
  const CudaApi& cuda = CudaApi::get();
  CudaEvent event = nullptr;
  cuda.check(cuda.eventCreate(&event, flags), "cuEventCreate");
  return Event(event);
}

bool DeviceBuffer::ensure(std::size_t bytes, bool managed) {
  if (memory_ && bytes <= bytes_) return false;
  const CudaApi& cuda = CudaApi::get();
  // The old memory first: both may not fit.
  memory_ = {};
  bytes_ = 0;
  const std::size_t wanted = std::max<std::size_t>(bytes, 1);
  CudaAddress address = 0;
  cuda.check(managed ? cuda.memAllocManaged(&address, wanted, kCudaAttachGlobal) : cuda.memAlloc(&address, wanted),
             ("allocating " + std::to_string(wanted) + " bytes of GPU memory").c_str());
  memory_ = CudaHandle<CudaAddress, CloseMemory>(address);
  bytes_ = wanted;
  return true;
}

void* DeviceBuffer::pointer() const noexcept { return std::bit_cast<void*>(memory_.get()); }

PinnedBuffer::PinnedBuffer(std::size_t bytes) : bytes_(bytes) {
  const CudaApi& cuda = CudaApi::get();
  void* memory = nullptr;
  // Portable: seen as pinned by every context of the process.
  cuda.check(cuda.memHostAlloc(&memory, std::max<std::size_t>(bytes, 1), kCudaHostPortable), "pinning host memory");
  memory_ = CudaHandle<void*, ClosePinned>(memory);
}

}  // namespace calibrt::tensorrt
