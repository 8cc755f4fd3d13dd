#pragma once

#include <memory>

#include "infer/plan.h"

namespace calibrt::test {

class Inspector final : public Doubled<IEngineInspector, RefusingEngineInspector> {
 public:
  explicit Inspector(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  ~Inspector() override = default;

  IEngineInspector* getPImpl() noexcept override { return this; }
  bool setExecutionContext(IExecutionContext const* context) noexcept override {
    context_ = context;
    return true;
  }
  IExecutionContext const* getExecutionContext() const noexcept override { return context_; }
  char const* getLayerInformation(int32_t index, LayerInformationFormat format) const noexcept override;
  char const* getEngineInformation(LayerInformationFormat format) const noexcept override;
  void setErrorRecorder(IErrorRecorder*) noexcept override {}

 private:
  [[nodiscard]] std::string describe(const GraphNode& node) const;
  [[nodiscard]] std::string describe(const std::vector<std::string>& tensors) const;

  std::shared_ptr<const Plan> plan_;
  IExecutionContext const* context_ = nullptr;
  // Valid until the next call, as the real one's: what was given out before is overwritten.
  mutable std::string text_;
};

}  // namespace calibrt::test
