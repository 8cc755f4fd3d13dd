#include "core/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace calibrt {
namespace {

/// What the threads share: the next task, and the first failure.
class TaskQueue {
 public:
  TaskQueue(std::size_t count, const std::function<void(std::size_t)>& task) : count_(count), task_(task) {}

  void drain() noexcept {
    for (std::size_t i = next_++; i < count_; i = next_++) {
      try {
        task_(i);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        next_ = count_;
      }
    }
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const std::size_t count_;
  const std::function<void(std::size_t)>& task_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace

void parallelFor(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& task) {
  TaskQueue queue(count, task);
  std::vector<std::jthread> helpers;
  const std::size_t wanted = std::min(threads, count);
  try {
    while (helpers.size() + 1 < wanted) helpers.emplace_back([&queue] { queue.drain(); });
  } catch (const std::system_error&) {
    // The system gives no more threads: those there are do the work.
  }
  queue.drain();
  helpers.clear();
  queue.rethrow();
}

}  // namespace calibrt
