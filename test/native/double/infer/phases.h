#pragma once

#include <string>

#include "infer/doubled.h"

namespace calibrt::test {

/// The builder's tree of phases: `steps` steps of `stepMs` milliseconds each (settings). Asks at each whether to go on.
class Phases {
 public:
  explicit Phases(IProgressMonitor* monitor) : monitor_(monitor) {}

  /// @returns false where the monitor wants to stop; the open phases are then finished
  bool run(const char* outer) {
    if (monitor_ == nullptr) return true;
    const auto steps = static_cast<int32_t>(numberSetting("steps", 3));
    monitor_->phaseStart(outer, nullptr, 2);
    const bool more = inner("Building engine from subgraph", outer, steps) && monitor_->stepComplete(outer, 0) &&
                      inner("Timing graph nodes", outer, steps) && monitor_->stepComplete(outer, 1);
    monitor_->phaseFinish(outer);
    if (!more) Entry("cancelled").with("phase", outer);
    return more;
  }

 private:
  bool inner(const char* name, const char* parent, int32_t steps) {
    monitor_->phaseStart(name, parent, steps);
    bool more = true;
    for (int32_t step = 0; more && step < steps; ++step) {
      pause("stepMs");
      more = monitor_->stepComplete(name, step);
    }
    monitor_->phaseFinish(name);
    return more;
  }

  IProgressMonitor* monitor_;
};

}  // namespace calibrt::test
