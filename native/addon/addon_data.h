#pragma once

#include <memory>

#include <napi.h>

namespace calibrt {

/// What the addon keeps per environment (a process has one per Node thread that loads it), reached by
/// `env.GetInstanceData<AddonData>()`. There is one slot in an environment, so both halves of the addon share this.
struct AddonData {
  /// The `Statistics` class.
  Napi::FunctionReference statistics;
  /// The TensorRT half's own data.
  std::shared_ptr<void> tensorRt;
};

}  // namespace calibrt
