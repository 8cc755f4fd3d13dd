#include "tensorrt/placeholder_ranges.h"

namespace calibrt::tensorrt {

#if CALIBRT_STRONGLY_TYPED

void setPlaceholderRanges(nvinfer1::INetworkDefinition& /*network*/, const BuildRequest& request,
                          const Capability& capability) {
  if (request.placeholderRanges) throw capability.lacks("ranges but those of the model's Q/DQ nodes");
}

#else

namespace {

void setRange(nvinfer1::ITensor* tensor, float limit) {
  if (tensor == nullptr || tensor->dynamicRangeIsSet()) return;
  if (!tensor->setDynamicRange(-limit, limit)) {
    throw Failed(FailureKind::kUnsupported,
                 std::string("the library refuses a range of tensor '") + tensor->getName() + "'");
  }
}

}  // namespace

void setPlaceholderRanges(nvinfer1::INetworkDefinition& network, const BuildRequest& request,
                          const Capability& /*capability*/) {
  if (!request.placeholderRanges) return;
  network.setName(kPlaceholderName);
  for (int i = 0; i < network.getNbLayers(); ++i) {
    nvinfer1::ILayer& layer = *network.getLayer(i);
    const bool concatenates = layer.getType() == nvinfer1::LayerType::kCONCATENATION;
    const bool pools = layer.getType() == nvinfer1::LayerType::kPOOLING;
    for (int k = 0; k < layer.getNbInputs(); ++k) setRange(layer.getInput(k), concatenates ? 4 : 2);
    for (int k = 0; k < layer.getNbOutputs(); ++k) setRange(layer.getOutput(k), pools ? 2 : 4);
  }
}

#endif

}  // namespace calibrt::tensorrt
