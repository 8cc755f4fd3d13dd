#include <bit>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

#include "cuda/state.h"
#include "cuda/streams.h"

namespace calibrt::test {
namespace {

using Address = unsigned long long;

enum class Kind { kDevice, kManaged, kPinned };

struct Allocation {
  std::size_t bytes = 0;
  Kind kind = Kind::kDevice;
};

/// Every allocation by its address: what is not among them is no memory of the GPU's.
class Memory {
 public:
  static Memory& instance() {
    static auto* const leaked = new Memory;
    return *leaked;
  }

  Result allocate(void** memory, std::size_t bytes, Kind kind) {
    if (bytes == 0) return kInvalidValue;
    const std::lock_guard lock(mutex_);
    if (kind != Kind::kPinned && used_ + bytes > deviceMemoryBytes()) return kOutOfMemory;
    // The very size, so that a sanitizer sees the first byte beyond it; and garbage, as on a GPU.
    *memory = std::malloc(bytes);
    if (*memory == nullptr) return kOutOfMemory;
    std::memset(*memory, 0xCD, bytes);
    allocations_[std::bit_cast<Address>(*memory)] = {bytes, kind};
    if (kind != Kind::kPinned) used_ += bytes;
    return kSuccess;
  }

  Result release(void* memory, bool pinned) {
    const std::lock_guard lock(mutex_);
    const auto found = allocations_.find(std::bit_cast<Address>(memory));
    if (found == allocations_.end() || (found->second.kind == Kind::kPinned) != pinned) return kInvalidValue;
    if (!pinned) used_ -= found->second.bytes;
    allocations_.erase(found);
    std::free(memory);
    return kSuccess;
  }

  /// The allocation that holds all of these bytes, or null.
  const Allocation* find(const void* memory, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto address = std::bit_cast<Address>(memory);
    auto after = allocations_.upper_bound(address);
    if (after == allocations_.begin()) return nullptr;
    --after;
    return address + bytes <= after->first + after->second.bytes ? &after->second : nullptr;
  }

  std::size_t used() {
    const std::lock_guard lock(mutex_);
    return used_;
  }

 private:
  std::mutex mutex_;
  std::map<Address, Allocation> allocations_;
  std::size_t used_ = 0;
};

Result allocate(const char* function, void** memory, std::size_t bytes, Kind kind) {
  const Result result = enter(function, kOutOfMemory);
  if (result != kSuccess) return result;
  if (capturing()) return kCaptureUnsupported;
  const Result made = Memory::instance().allocate(memory, bytes, kind);
  Entry("allocate").with("function", function).with("bytes", bytes).with("ok", made == kSuccess);
  return made;
}

void* toPointer(Address address) { return std::bit_cast<void*>(address); }

}  // namespace

bool isAllocated(const void* address, std::size_t bytes) { return Memory::instance().find(address, bytes) != nullptr; }

bool isPinned(const void* address, std::size_t bytes) {
  const Allocation* found = Memory::instance().find(address, bytes);
  return found != nullptr && found->kind != Kind::kDevice;
}

}  // namespace calibrt::test

using namespace calibrt::test;

CALIBRT_CUDA cuMemAlloc_v2(Address* address, std::size_t bytes) {
  void* memory = nullptr;
  const Result result = allocate("cuMemAlloc_v2", &memory, bytes, Kind::kDevice);
  if (result == kSuccess) *address = std::bit_cast<Address>(memory);
  return result;
}

CALIBRT_CUDA cuMemAllocManaged(Address* address, std::size_t bytes, unsigned) {
  void* memory = nullptr;
  const Result result = allocate("cuMemAllocManaged", &memory, bytes, Kind::kManaged);
  if (result == kSuccess) *address = std::bit_cast<Address>(memory);
  return result;
}

CALIBRT_CUDA cuMemHostAlloc(void** memory, std::size_t bytes, unsigned) {
  return allocate("cuMemHostAlloc", memory, bytes, Kind::kPinned);
}

CALIBRT_CUDA cuMemFree_v2(Address address) {
  const Result result = enter("cuMemFree_v2");
  if (result != kSuccess) return result;
  // Freeing waits for the whole device, as the driver does.
  synchronizeAll();
  const Result freed = Memory::instance().release(toPointer(address), false);
  Entry("free").with("function", "cuMemFree_v2").with("ok", freed == kSuccess);
  return freed;
}

CALIBRT_CUDA cuMemFreeHost(void* memory) {
  const Result result = enter("cuMemFreeHost");
  if (result != kSuccess) return result;
  synchronizeAll();
  const Result freed = Memory::instance().release(memory, true);
  Entry("free").with("function", "cuMemFreeHost").with("ok", freed == kSuccess);
  return freed;
}

CALIBRT_CUDA cuMemGetInfo_v2(std::size_t* free, std::size_t* total) {
  *total = deviceMemoryBytes();
  *free = *total - Memory::instance().used();
  return enter("cuMemGetInfo_v2");
}

CALIBRT_CUDA cuPointerGetAttribute(void* value, int attribute, Address address) {
  const Allocation* found = Memory::instance().find(toPointer(address), 1);
  if (found == nullptr || attribute != 2) return kInvalidValue;
  *static_cast<unsigned*>(value) = found->kind == Kind::kPinned ? 1 : 2;
  return kSuccess;
}

CALIBRT_CUDA cuMemcpyHtoDAsync_v2(Address to, const void* from, std::size_t bytes, Stream* stream) {
  const Result result = enter("cuMemcpyHtoDAsync_v2");
  if (result != kSuccess) return result;
  if (!isAllocated(toPointer(to), bytes)) return kInvalidValue;
  if (isPinned(from, bytes) || isCapturing(stream)) {
    return enqueue(stream, [=] { std::memcpy(toPointer(to), from, bytes); });
  }
  // The driver reads pageable memory before it returns.
  const auto* begin = static_cast<const std::byte*>(from);
  return enqueue(stream, [to, staged = std::vector<std::byte>(begin, begin + bytes)] {
    std::memcpy(toPointer(to), staged.data(), staged.size());
  });
}

CALIBRT_CUDA cuMemcpyDtoHAsync_v2(void* to, Address from, std::size_t bytes, Stream* stream) {
  const Result result = enter("cuMemcpyDtoHAsync_v2");
  if (result != kSuccess) return result;
  if (!isAllocated(toPointer(from), bytes)) return kInvalidValue;
  const Result queued = enqueue(stream, [=] { std::memcpy(to, toPointer(from), bytes); });
  if (queued != kSuccess || isPinned(to, bytes) || isCapturing(stream)) return queued;
  // Pageable memory is written before the driver returns.
  return synchronize(stream);
}

CALIBRT_CUDA cuMemcpyDtoDAsync_v2(Address to, Address from, std::size_t bytes, Stream* stream) {
  const Result result = enter("cuMemcpyDtoDAsync_v2");
  if (result != kSuccess) return result;
  if (!isAllocated(toPointer(from), bytes) || !isAllocated(toPointer(to), bytes)) return kInvalidValue;
  return enqueue(stream, [=] { std::memmove(toPointer(to), toPointer(from), bytes); });
}

CALIBRT_CUDA cuMemsetD8Async(Address to, unsigned char value, std::size_t bytes, Stream* stream) {
  const Result result = enter("cuMemsetD8Async");
  if (result != kSuccess) return result;
  if (!isAllocated(toPointer(to), bytes)) return kInvalidValue;
  return enqueue(stream, [=] { std::memset(toPointer(to), value, bytes); });
}

CALIBRT_CUDA cuMemcpyHtoD_v2(Address to, const void* from, std::size_t bytes) {
  const int result = cuMemcpyHtoDAsync_v2(to, from, bytes, nullptr);
  return result == kSuccess ? synchronize(nullptr) : result;
}

CALIBRT_CUDA cuMemcpyDtoH_v2(void* to, Address from, std::size_t bytes) {
  const int result = cuMemcpyDtoHAsync_v2(to, from, bytes, nullptr);
  return result == kSuccess ? synchronize(nullptr) : result;
}

CALIBRT_CUDA cuMemsetD8_v2(Address to, unsigned char value, std::size_t bytes) {
  const int result = cuMemsetD8Async(to, value, bytes, nullptr);
  return result == kSuccess ? synchronize(nullptr) : result;
}
