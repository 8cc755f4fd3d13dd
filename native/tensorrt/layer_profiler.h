#pragma once

#include <vector>

#include "tensorrt/flavour.h"
#include "tensorrt/timing_request.h"

namespace calibrt::tensorrt {

/// Collects the layers' times. Each iteration reports all layers in the same order; names may repeat, so a layer is
/// known by its place.
class LayerProfiler final : public nvinfer1::IProfiler {
 public:
  /// Before each iteration's report.
  void beginIteration() noexcept { next_ = 0; }
  void reportLayerTime(const char* name, float milliseconds) noexcept override {
    try {
      if (next_ == layers_.size()) layers_.push_back({name == nullptr ? "" : name, {}});
      layers_[next_++].milliseconds.push_back(milliseconds);
    } catch (...) {
      // Out of memory: a sample is lost.
    }
  }
  [[nodiscard]] const std::vector<LayerSamples>& layers() const noexcept { return layers_; }

 private:
  std::vector<LayerSamples> layers_;
  std::size_t next_ = 0;
};

}  // namespace calibrt::tensorrt
