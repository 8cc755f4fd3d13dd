#include "infer/network.h"

#include <algorithm>

namespace calibrt::test {

Dims Tensor::getDimensions() const noexcept {
  const GraphTensor& tensor = graph_.tensor(name_);
  return toDims(tensor.dims, tensor.shaped);
}

void Tensor::setDimensions(Dims const& dims) noexcept {
  const std::vector<std::int64_t> shape = fromDims(dims);
  Entry("setTensorDimensions").with("tensor", name_).with("dims", shape);
  graph_.tensors[name_].dims = shape;
}

bool Tensor::isNetworkInput() const noexcept { return std::ranges::find(graph_.inputs, name_) != graph_.inputs.end(); }
bool Tensor::isNetworkOutput() const noexcept {
  return std::ranges::find(graph_.outputs, name_) != graph_.outputs.end();
}

void Tensor::setAllowedFormats(TensorFormats formats) noexcept {
  Entry("setAllowedFormats").with("tensor", name_).with("formats", formats);
  formats_ = formats;
}

char const* Tensor::getDimensionName(int32_t index) const noexcept {
  const GraphTensor& tensor = graph_.tensor(name_);
  const auto i = static_cast<std::size_t>(index);
  return i < tensor.symbols.size() && !tensor.symbols[i].empty() ? tensor.symbols[i].c_str() : nullptr;
}

#if NV_TENSORRT_MAJOR < 11
bool Tensor::setDynamicRange(float min, float max) noexcept {
  Entry("setDynamicRange")
      .with("tensor", name_)
      .with("min", static_cast<double>(min))
      .with("max", static_cast<double>(max));
  min_ = min;
  max_ = max;
  return true;
}
#endif

LayerType Layer::getType() const noexcept {
  static const std::map<std::string, LayerType> kTypes = {
      {"QuantizeLinear", LayerType::kQUANTIZE},
      {"DequantizeLinear", LayerType::kDEQUANTIZE},
      {"Conv", LayerType::kCONVOLUTION},
      {"ConvTranspose", LayerType::kDECONVOLUTION},
      {"Relu", LayerType::kACTIVATION},
      {"Sigmoid", LayerType::kACTIVATION},
      {"Clip", LayerType::kACTIVATION},
      {"Add", LayerType::kELEMENTWISE},
      {"Mul", LayerType::kELEMENTWISE},
      {"Sub", LayerType::kELEMENTWISE},
      {"MatMul", LayerType::kMATRIX_MULTIPLY},
      {"Gemm", LayerType::kMATRIX_MULTIPLY},
      {"MaxPool", LayerType::kPOOLING},
      {"AveragePool", LayerType::kPOOLING},
      {"GlobalAveragePool", LayerType::kREDUCE},
      {"Softmax", LayerType::kSOFTMAX},
      {"Cast", LayerType::kCAST},
      {"NonZero", LayerType::kNON_ZERO},
      {"Reshape", LayerType::kSHUFFLE},
      {"Flatten", LayerType::kSHUFFLE},
      {"Transpose", LayerType::kSHUFFLE},
      {"Concat", LayerType::kCONCATENATION},
      {"Identity", LayerType::kIDENTITY},
      {"LayerNormalization", LayerType::kNORMALIZATION},
      {"Shape", LayerType::kSHAPE},
      {"Gather", LayerType::kGATHER},
  };
  const auto found = kTypes.find(node_.op);
  return found == kTypes.end() ? LayerType::kUNARY : found->second;
}

ITensor* Layer::getInput(int32_t index) const noexcept {
  const auto i = static_cast<std::size_t>(index);
  return i < node_.inputs.size() ? &network_.tensor(node_.inputs[i]) : nullptr;
}

ITensor* Layer::getOutput(int32_t index) const noexcept {
  const auto i = static_cast<std::size_t>(index);
  return i < node_.outputs.size() ? &network_.tensor(node_.outputs[i]) : nullptr;
}

#if NV_TENSORRT_MAJOR < 11
void Layer::setPrecision(DataType type) noexcept {
  Entry("setPrecision").with("layer", node_.name).with("type", nameOf(type));
  precision_ = type;
  precisionSet_ = true;
}

void Layer::setOutputType(int32_t index, DataType type) noexcept {
  Entry("setOutputType").with("layer", node_.name).with("index", index).with("type", nameOf(type));
}
#endif

void Network::adopt(Graph graph) {
  layers_.clear();
  tensors_.clear();
  graph_ = std::move(graph);
  for (const GraphNode& node : graph_.nodes) layers_.push_back(std::make_unique<Layer>(*this, node));
}

Tensor& Network::tensor(const std::string& name) {
  auto& tensor = tensors_[name];
  if (!tensor) tensor = std::make_unique<Tensor>(graph_, name);
  return *tensor;
}

bool Network::stronglyTyped() const {
#if NV_TENSORRT_MAJOR >= 11
  return true;
#else
  return getFlag(NetworkDefinitionCreationFlag::kSTRONGLY_TYPED);
#endif
}

ITensor* Network::getInput(int32_t index) const noexcept {
  const auto i = static_cast<std::size_t>(index);
  return i < graph_.inputs.size() ? &const_cast<Network*>(this)->tensor(graph_.inputs[i]) : nullptr;
}

ITensor* Network::getOutput(int32_t index) const noexcept {
  const auto i = static_cast<std::size_t>(index);
  return i < graph_.outputs.size() ? &const_cast<Network*>(this)->tensor(graph_.outputs[i]) : nullptr;
}

void Network::markOutput(ITensor& tensor) noexcept {
  Entry("markOutput").with("tensor", tensor.getName());
  graph_.outputs.emplace_back(tensor.getName());
}

void Network::unmarkOutput(ITensor& tensor) noexcept {
  Entry("unmarkOutput").with("tensor", tensor.getName());
  std::erase(graph_.outputs, tensor.getName());
}

}  // namespace calibrt::test
