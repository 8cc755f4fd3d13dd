#include "addon/tensorrt/batch_queue.h"

namespace calibrt {
namespace {

/// Batches in the queue, and the one that is being copied to the GPU.
constexpr int kBlocksInFlight = 3;

}  // namespace

void BatchQueue::open(const std::vector<tensorrt::CalibrationInput>& inputs) noexcept {
  try {
    {
      const std::lock_guard lock(mutex_);
      for (const auto& input : inputs) sizes_.push_back(input.bytes);
    }
    // Here, because pinning takes a thread that may call the driver; JavaScript's takes what is ready.
    for (int i = 0; i < kBlocksInFlight; ++i) {
      for (const auto& input : inputs) tensorrt::HostPool::instance().prepare(input.bytes);
    }
    tell_(BatchesWanted{inputs});
  } catch (...) {
    // Out of memory. Nobody will send batches, so nobody shall wait for them.
    stop();
  }
}

tensorrt::CalibrationBatch BatchQueue::next() noexcept {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopped_ || finished_ || !batches_.empty(); });
  if (stopped_ || batches_.empty()) return {};
  tensorrt::CalibrationBatch batch = std::move(batches_.front());
  batches_.pop_front();
  lock.unlock();
  try {
    tell_(BatchTaken{});
  } catch (...) {
    stop();
  }
  return batch;
}

void BatchQueue::calibrated(tensorrt::CalibrationFile file, std::span<const std::uint8_t> bytes) noexcept {
  {
    const std::lock_guard lock(mutex_);
    // To TensorRT a calibration that was stopped half-way is as good as any.
    if (stopped_) return;
  }
  try {
    tell_(CalibrationWritten{file, {bytes.begin(), bytes.end()}});
  } catch (...) {
    // Out of memory: the cache is lost, the plan is not.
  }
}

std::vector<std::size_t> BatchQueue::sizes() const {
  const std::lock_guard lock(mutex_);
  return sizes_;
}

void BatchQueue::push(tensorrt::CalibrationBatch batch) {
  const std::lock_guard lock(mutex_);
  if (stopped_ || finished_) return;
  batches_.push_back(std::move(batch));
  changed_.notify_one();
}

void BatchQueue::finish() noexcept {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

void BatchQueue::stop() noexcept {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  batches_.clear();
  changed_.notify_all();
}

}  // namespace calibrt
