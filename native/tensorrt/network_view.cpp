#include "tensorrt/network_view.h"

#include "tensorrt/name_tables.h"

namespace calibrt::tensorrt {
namespace {

TensorInfo describe(const nvinfer1::ITensor& tensor) {
  const nvinfer1::Dims dims = tensor.getDimensions();
  TensorInfo info{tensor.getName(), std::string(nameOf(kDataTypes, tensor.getType())), {}};
  // nbDims is -1 where the rank itself is unknown.
  for (int i = 0; i < dims.nbDims; ++i) info.dims.push_back(dims.d[i]);
  return info;
}

}  // namespace

std::vector<TensorInfo> networkInputs(const nvinfer1::INetworkDefinition& network) {
  std::vector<TensorInfo> inputs;
  inputs.reserve(static_cast<std::size_t>(network.getNbInputs()));
  for (int i = 0; i < network.getNbInputs(); ++i) inputs.push_back(describe(*network.getInput(i)));
  return inputs;
}

std::vector<TensorInfo> networkOutputs(const nvinfer1::INetworkDefinition& network) {
  std::vector<TensorInfo> outputs;
  outputs.reserve(static_cast<std::size_t>(network.getNbOutputs()));
  for (int i = 0; i < network.getNbOutputs(); ++i) outputs.push_back(describe(*network.getOutput(i)));
  return outputs;
}

bool isQuantized(const nvinfer1::INetworkDefinition& network) {
  for (int i = 0; i < network.getNbLayers(); ++i) {
    const nvinfer1::LayerType type = network.getLayer(i)->getType();
    if (type == nvinfer1::LayerType::kQUANTIZE || type == nvinfer1::LayerType::kDEQUANTIZE) return true;
  }
  return false;
}

std::string shapeText(const std::vector<std::int64_t>& dims) {
  if (dims.empty()) return "scalar";
  std::string text;
  for (const std::int64_t dim : dims) text += (text.empty() ? "" : "x") + std::to_string(dim);
  return text;
}

}  // namespace calibrt::tensorrt
