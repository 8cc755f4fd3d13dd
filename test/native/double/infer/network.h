#pragma once

#include <map>
#include <memory>

#include "infer/doubled.h"
#include "infer/element_types.h"
#include "onnx/graph_sink.h"

namespace calibrt::test {

class Tensor final : public Doubled<ITensor, RefusingTensor> {
 public:
  Tensor(Graph& graph, std::string name) : graph_(graph), name_(std::move(name)) {}
  ~Tensor() override = default;

  char const* getName() const noexcept override { return name_.c_str(); }
  Dims getDimensions() const noexcept override;
  void setDimensions(Dims const& dims) noexcept override;
  DataType getType() const noexcept override { return toDataType(graph_.tensor(name_).type); }
  bool isNetworkInput() const noexcept override;
  bool isNetworkOutput() const noexcept override;
  bool isShapeTensor() const noexcept override { return graph_.isShapeInput(name_); }
  bool isExecutionTensor() const noexcept override { return !isShapeTensor(); }
  void setAllowedFormats(TensorFormats formats) noexcept override;
  TensorFormats getAllowedFormats() const noexcept override { return formats_; }
  TensorLocation getLocation() const noexcept override { return TensorLocation::kDEVICE; }
  char const* getDimensionName(int32_t index) const noexcept override;
#if NV_TENSORRT_MAJOR < 11
  void setType(DataType type) noexcept override { Entry("setType").with("tensor", name_).with("type", nameOf(type)); }
  bool setDynamicRange(float min, float max) noexcept override;
  bool dynamicRangeIsSet() const noexcept override { return max_ > min_; }
  void resetDynamicRange() noexcept override { min_ = max_ = 0; }
  float getDynamicRangeMin() const noexcept override { return min_; }
  float getDynamicRangeMax() const noexcept override { return max_; }
  float dynamicRange() const { return std::max(-min_, max_); }

 private:
  float min_ = 0;
  float max_ = 0;
#endif

 private:
  Graph& graph_;
  std::string name_;
  TensorFormats formats_ = 1;
};

class Network;

class Layer final : public ILayer, public RefusingLayer {
 public:
  Layer(Network& network, const GraphNode& node) : network_(network), node_(node) { mLayer = this; }
  ~Layer() override = default;

  LayerType getType() const noexcept override;
  char const* getName() const noexcept override { return node_.name.c_str(); }
  int32_t getNbInputs() const noexcept override { return static_cast<int32_t>(node_.inputs.size()); }
  ITensor* getInput(int32_t index) const noexcept override;
  int32_t getNbOutputs() const noexcept override { return static_cast<int32_t>(node_.outputs.size()); }
  ITensor* getOutput(int32_t index) const noexcept override;
  DataType getOutputType(int32_t index) const noexcept override { return getOutput(index)->getType(); }
  char const* getMetadata() const noexcept override { return node_.name.c_str(); }
#if NV_TENSORRT_MAJOR < 11
  void setPrecision(DataType type) noexcept override;
  DataType getPrecision() const noexcept override { return precision_; }
  bool precisionIsSet() const noexcept override { return precisionSet_; }
  void resetPrecision() noexcept override { precisionSet_ = false; }
  void setOutputType(int32_t index, DataType type) noexcept override;

 private:
  DataType precision_ = DataType::kFLOAT;
  bool precisionSet_ = false;
#endif

 private:
  Network& network_;
  const GraphNode& node_;
};

class Network final : public Doubled<INetworkDefinition, RefusingNetworkDefinition>, public GraphSink {
 public:
  Network(IBuilder& builder, NetworkDefinitionCreationFlags flags) : builder_(builder), flags_(flags) {}
  ~Network() override { Entry("destroyNetwork"); }

  void adopt(Graph graph) override;
  [[nodiscard]] const Graph& graph() const { return graph_; }
  Tensor& tensor(const std::string& name);
  [[nodiscard]] bool stronglyTyped() const;

  int32_t getNbLayers() const noexcept override { return static_cast<int32_t>(layers_.size()); }
  ILayer* getLayer(int32_t index) const noexcept override { return layers_[static_cast<std::size_t>(index)].get(); }
  int32_t getNbInputs() const noexcept override { return static_cast<int32_t>(graph_.inputs.size()); }
  ITensor* getInput(int32_t index) const noexcept override;
  int32_t getNbOutputs() const noexcept override { return static_cast<int32_t>(graph_.outputs.size()); }
  ITensor* getOutput(int32_t index) const noexcept override;
  char const* getName() const noexcept override { return graph_.name.c_str(); }
  void setName(char const* name) noexcept override { graph_.name = name; }
  bool hasImplicitBatchDimension() const noexcept override { return false; }
  void setErrorRecorder(IErrorRecorder* recorder) noexcept override { recorder_ = recorder; }
  IErrorRecorder* getErrorRecorder() const noexcept override { return recorder_; }
  IBuilder& getBuilder() const noexcept override { return builder_; }
  NetworkDefinitionCreationFlags getFlags() const noexcept override { return flags_; }
  bool getFlag(NetworkDefinitionCreationFlag flag) const noexcept override {
    return (flags_ >> static_cast<unsigned>(flag) & 1U) != 0;
  }
  void markOutput(ITensor& tensor) noexcept override;
  void unmarkOutput(ITensor& tensor) noexcept override;

 private:
  IBuilder& builder_;
  NetworkDefinitionCreationFlags flags_;
  IErrorRecorder* recorder_ = nullptr;
  Graph graph_;
  std::vector<std::unique_ptr<Layer>> layers_;
  // Made as they are asked for, by callers that hold the network const.
  mutable std::map<std::string, std::unique_ptr<Tensor>> tensors_;
};

}  // namespace calibrt::test
