#pragma once

#include <cstddef>
#include <utility>

namespace calibrt::tensorrt {

class HostPool;

/// Host memory on its way to or from the GPU; goes back to its pool when it is destroyed, on whichever thread.
class HostBlock {
 public:
  HostBlock() = default;
  HostBlock(HostPool* pool, std::byte* data, std::size_t bytes, bool pinned) noexcept
      : pool_(pool), data_(data), bytes_(bytes), pinned_(pinned) {}
  HostBlock(HostBlock&& other) noexcept { swap(other); }
  HostBlock& operator=(HostBlock&& other) noexcept {
    swap(other);
    return *this;
  }
  HostBlock(const HostBlock&) = delete;
  HostBlock& operator=(const HostBlock&) = delete;
  inline ~HostBlock();

  [[nodiscard]] std::byte* data() const noexcept { return data_; }
  /// At least what was asked for.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  /// Whether the GPU copies from and to it without the driver's help.
  [[nodiscard]] bool isPinned() const noexcept { return pinned_; }

 private:
  void swap(HostBlock& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(pinned_, other.pinned_);
  }

  HostPool* pool_ = nullptr;
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  bool pinned_ = false;
};

/// Pinned memory of the process, shared by all that run engines. Pinning takes milliseconds and a thread that may call
/// the driver; what has been pinned is therefore kept and handed out again. The JavaScript thread calls takeReady() and
/// give() only, neither of which enters the driver.
class HostPool {
 public:
  virtual ~HostPool() = default;

  /// Pinned memory, or pageable memory where the driver pins no more.
  ///
  /// @throws std::bad_alloc
  virtual HostBlock take(std::size_t bytes) = 0;
  /// Pinned memory where some is at hand, else pageable memory.
  ///
  /// @throws std::bad_alloc
  virtual HostBlock takeReady(std::size_t bytes) = 0;
  /// See that the next takeReady() of this size finds pinned memory.
  virtual void prepare(std::size_t bytes) noexcept = 0;
  /// Unpins what lies idle beyond `keep` bytes.
  virtual void trim(std::size_t keep) noexcept = 0;

  /// The pool, which is never destroyed: JavaScript may hold a block until the process ends.
  static HostPool& instance();

 protected:
  friend class HostBlock;
  virtual void give(std::byte* data, std::size_t bytes, bool pinned) noexcept = 0;
};

HostBlock::~HostBlock() {
  if (pool_ != nullptr) pool_->give(data_, bytes_, pinned_);
}

}  // namespace calibrt::tensorrt
