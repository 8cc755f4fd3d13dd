#include "addon/tensorrt/job_registry.h"

#include <algorithm>
#include <iterator>

namespace calibrt {

JobRegistry& JobRegistry::instance() {
  // Never destroyed: job threads may outlive main().
  static auto* const leaked = new JobRegistry;
  return *leaked;
}

void JobRegistry::add(std::shared_ptr<NativeJob> job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
}

void JobRegistry::remove(const NativeJob* job) noexcept {
  const std::lock_guard lock(mutex_);
  std::erase_if(jobs_, [&](const auto& each) { return each.get() == job; });
}

bool JobRegistry::anyRunning() noexcept {
  const std::lock_guard lock(mutex_);
  return !jobs_.empty();
}

void JobRegistry::stop(napi_env env, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::vector<std::shared_ptr<NativeJob>> own;
  {
    const std::lock_guard lock(mutex_);
    std::ranges::copy_if(jobs_, std::back_inserter(own), [&](const auto& job) { return job->belongsTo(env); });
  }
  for (const auto& job : own) job->cancel();
  for (const auto& job : own) job->waitUntil(deadline);
}

}  // namespace calibrt
