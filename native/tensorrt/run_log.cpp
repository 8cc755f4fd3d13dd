#include "tensorrt/run_log.h"

namespace calibrt::tensorrt {
namespace {

/// A library that fails on every one of a million inferences must not fill the memory.
constexpr std::size_t kMostErrors = 50;

}  // namespace

void RunLog::message(Severity severity, std::string_view text) noexcept {
  try {
    if (severity <= Severity::kError) {
      const std::lock_guard lock(mutex_);
      // TensorRT may both log and record an error.
      if (errors_.size() < kMostErrors && (errors_.empty() || errors_.back() != text)) errors_.emplace_back(text);
    }
  } catch (...) {
    // Out of memory: the failure itself will be told.
  }
  if (observer_) observer_->log(severity, text);
}

void RunLog::clear() noexcept {
  recorder_.clear();
  const std::lock_guard lock(mutex_);
  errors_.clear();
}

Failed RunLog::failed(FailureKind kind, std::string message) const {
  const std::lock_guard lock(mutex_);
  return Failed(Failure{kind, std::move(message), errors_});
}

}  // namespace calibrt::tensorrt
