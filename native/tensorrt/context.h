#pragma once

#include <memory>

#include "tensorrt/bindings.h"
#include "tensorrt/engine.h"
#include "tensorrt/layer_profiler.h"

namespace calibrt::tensorrt {

/// Runs inferences on a stream of its own. Made, used and destroyed on one thread.
class InferenceContext final : public Context {
 public:
  /// @throws Failed
  InferenceContext(std::shared_ptr<EngineCore> core, const ContextRequest& request);
  ~InferenceContext() override;
  InferenceContext(const InferenceContext&) = delete;
  InferenceContext& operator=(const InferenceContext&) = delete;

  [[nodiscard]] std::int64_t memoryBytes() const noexcept override;
  std::variant<InferResult, Failure> infer(const std::vector<Feed>& feeds) noexcept override;
  [[nodiscard]] std::vector<LayerSamples> layerTimes() const noexcept override;
  [[nodiscard]] std::variant<std::string, Failure> inspect() noexcept override;

 private:
  InferResult run(const std::vector<Feed>& feeds);
  void prepare(const std::vector<Feed>& feeds);
  void launch(InferResult& result);
  void fetch(Binding& output, InferResult& result);
  void wait();

  const std::shared_ptr<EngineCore> core_;
  const ContextRequest request_;
  RunLog log_;
  LayerProfiler profiler_;
  std::unique_ptr<nvinfer1::IExecutionContext> context_;
  std::unique_ptr<Bindings> bindings_;
  Stream stream_;
  Event done_;

  /// What the context was last prepared for: every input's dimensions, and the values of shape tensors.
  std::vector<std::int64_t> prepared_;
  /// Of the prepared shapes; made at their second run.
  GraphExec graph_;
  bool ranOnce_ = false;
  bool graphFailed_ = false;
};

}  // namespace calibrt::tensorrt
