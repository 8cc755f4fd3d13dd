#pragma once

#include <functional>

#include "tensorrt/build_observer.h"
#include "tensorrt/flavour.h"

namespace calibrt::tensorrt {

/// Passes the builder's progress on, and the wish to stop back.
class ProgressMonitor final : public nvinfer1::IProgressMonitor {
 public:
  explicit ProgressMonitor(BuildObserver& observer) : observer_(observer) {}

  /// Another reason to stop, asked from any thread; set before the build.
  void stopIf(std::function<bool()> failed) { failed_ = std::move(failed); }

  void phaseStart(const char* phase, const char* parent, std::int32_t steps) noexcept override;
  /// False stops the builder.
  bool stepComplete(const char* phase, std::int32_t step) noexcept override;
  void phaseFinish(const char* phase) noexcept override;

 private:
  void send(ProgressEvent::Kind kind, const char* phase, const char* parent, std::int32_t count) noexcept;

  BuildObserver& observer_;
  std::function<bool()> failed_ = [] { return false; };
};

}  // namespace calibrt::tensorrt
