#include "tensorrt/host_pool.h"

#include <algorithm>
#include <bit>
#include <map>
#include <mutex>
#include <new>

#include "tensorrt/cuda_objects.h"

namespace calibrt::tensorrt {
namespace {

/// The least block: an inference has several tensors of a few bytes.
constexpr std::size_t kLeastBytes = 4096;
/// A block may be at most this many times what is asked for, or small requests would hold large blocks.
constexpr std::size_t kMostSlack = 4;
constexpr std::align_val_t kAlignment{256};

/// Sizes are powers of two up to 1 MiB and multiples of it above, so that blocks fit again.
std::size_t roundUp(std::size_t bytes) {
  constexpr std::size_t kUnit = std::size_t{1024} * 1024;
  if (bytes <= kUnit) return std::bit_ceil(std::max(bytes, kLeastBytes));
  return (bytes + kUnit - 1) / kUnit * kUnit;
}

class PinnedPool final : public HostPool {
 public:
  HostBlock take(std::size_t bytes) override {
    if (HostBlock block = find(bytes); block.data() != nullptr) return block;
    HostBlock block = pin(bytes);
    return block.data() != nullptr ? std::move(block) : pageable(bytes);
  }

  HostBlock takeReady(std::size_t bytes) override {
    HostBlock block = find(bytes);
    return block.data() != nullptr ? std::move(block) : pageable(bytes);
  }

  void prepare(std::size_t bytes) noexcept override {
    {
      const std::lock_guard lock(mutex_);
      if (fit(bytes) != free_.end()) return;
    }
    // Goes into the pool as it goes out of scope.
    const HostBlock block = pin(bytes);
  }

  void trim(std::size_t keep) noexcept override {
    for (;;) {
      PinnedBuffer largest;
      {
        const std::lock_guard lock(mutex_);
        if (free_.empty() || idle_ <= keep) return;
        const auto last = std::prev(free_.end());
        idle_ -= last->first;
        largest = std::move(last->second);
        free_.erase(last);
      }
      // Unpinned here, out of the lock.
    }
  }

 protected:
  void give(std::byte* data, std::size_t bytes, bool pinned) noexcept override {
    if (!pinned) {
      operator delete(data, kAlignment);
      return;
    }
    const std::lock_guard lock(mutex_);
    auto held = used_.extract(data);
    try {
      free_.emplace(bytes, std::move(held.mapped()));
      idle_ += bytes;
    } catch (...) {
      // Out of memory: the node handle unpins it, on a thread that may not call the driver, which then refuses.
    }
  }

 private:
  using Free = std::multimap<std::size_t, PinnedBuffer>;

  Free::iterator fit(std::size_t bytes) {
    const std::size_t least = roundUp(bytes);
    const auto found = free_.lower_bound(least);
    return found != free_.end() && found->first <= least * kMostSlack ? found : free_.end();
  }

  HostBlock find(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto found = fit(bytes);
    if (found == free_.end()) return {};
    const std::size_t size = found->first;
    std::byte* data = found->second.data();
    used_.emplace(data, std::move(found->second));
    free_.erase(found);
    idle_ -= size;
    return {this, data, size, true};
  }

  HostBlock pin(std::size_t bytes) noexcept {
    try {
      const std::size_t size = roundUp(bytes);
      PinnedBuffer buffer(size);
      std::byte* data = buffer.data();
      const std::lock_guard lock(mutex_);
      used_.emplace(data, std::move(buffer));
      return {this, data, size, true};
    } catch (...) {
      // The driver pins no more, or there is none.
      return {};
    }
  }

  HostBlock pageable(std::size_t bytes) {
    const std::size_t size = std::max<std::size_t>(bytes, 1);
    return {this, static_cast<std::byte*>(operator new(size, kAlignment)), size, false};
  }

  std::mutex mutex_;
  Free free_;
  std::map<std::byte*, PinnedBuffer> used_;
  std::size_t idle_ = 0;
};

}  // namespace

HostPool& HostPool::instance() {
  static auto* const leaked = new PinnedPool;
  return *leaked;
}

}  // namespace calibrt::tensorrt
