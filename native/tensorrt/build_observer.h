#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tensorrt/batch_source.h"

namespace calibrt::tensorrt {

/// A level of TensorRT's log.
enum class Severity : std::uint8_t { kFatal, kError, kWarning, kInfo, kVerbose };

/// The builder's phases form a tree; each has steps, during which inner phases may begin and end.
struct ProgressEvent {
  enum class Kind : std::uint8_t { kStart, kStep, kFinish };
  Kind kind = Kind::kStart;
  std::string phase;
  /// kStart only: the phase that this one is part of; empty at the root.
  std::string parent;
  /// kStart: number of steps; kStep: index of the step that ended.
  std::int32_t count = 0;
};

/// Watches a build. Called on the building thread and on threads of TensorRT's own.
class BuildObserver {
 public:
  virtual ~BuildObserver() = default;
  virtual void log(Severity severity, std::string_view message) noexcept = 0;
  virtual void progress(const ProgressEvent& event) noexcept = 0;
  /// Whether to stop; asked at each step of the builder.
  virtual bool cancelled() const noexcept = 0;
  /// Where calibration batches come from; null for a build that calibrates nothing.
  virtual BatchSource* batches() noexcept { return nullptr; }
};

}  // namespace calibrt::tensorrt
