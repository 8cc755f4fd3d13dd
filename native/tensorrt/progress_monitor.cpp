#include "tensorrt/progress_monitor.h"

namespace calibrt::tensorrt {

void ProgressMonitor::phaseStart(const char* phase, const char* parent, std::int32_t steps) noexcept {
  send(ProgressEvent::Kind::kStart, phase, parent, steps);
}

bool ProgressMonitor::stepComplete(const char* phase, std::int32_t step) noexcept {
  send(ProgressEvent::Kind::kStep, phase, nullptr, step);
  return !observer_.cancelled() && !failed_();
}

void ProgressMonitor::phaseFinish(const char* phase) noexcept { send(ProgressEvent::Kind::kFinish, phase, nullptr, 0); }

void ProgressMonitor::send(ProgressEvent::Kind kind, const char* phase, const char* parent,
                           std::int32_t count) noexcept {
  try {
    observer_.progress({kind, phase == nullptr ? "" : phase, parent == nullptr ? "" : parent, count});
  } catch (...) {
    // Progress that is lost hurts nobody; an exception here would end the process.
  }
}

}  // namespace calibrt::tensorrt
