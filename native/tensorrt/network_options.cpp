#include "tensorrt/network_options.h"

#include <functional>
#include <set>

#include "tensorrt/build_tables.h"
#include "tensorrt/name_tables.h"
#include "tensorrt/pattern.h"

namespace calibrt::tensorrt {
namespace {

using nvinfer1::ILayer;
using nvinfer1::INetworkDefinition;
using nvinfer1::ITensor;

/// Calls `apply` for each layer that is assigned something; an assignment that fits no layer is a mistake in its name.
void assign(INetworkDefinition& network, const std::vector<Assignment>& assignments, const char* what,
            const std::function<void(ILayer&, const std::vector<std::string>&)>& apply) {
  std::set<std::string> used;
  for (int i = 0; !assignments.empty() && i < network.getNbLayers(); ++i) {
    ILayer& layer = *network.getLayer(i);
    const Assignment* found = assignmentOf(assignments, layer.getName());
    if (found == nullptr) continue;
    used.insert(found->pattern);
    apply(layer, found->values);
  }
  for (const Assignment& each : assignments) {
    if (used.contains(each.pattern)) continue;
    // A pattern may lose every layer to a better one.
    bool fits = false;
    for (int i = 0; !fits && i < network.getNbLayers(); ++i) {
      fits = matches(each.pattern, network.getLayer(i)->getName());
    }
    if (!fits) {
      throw Failed(FailureKind::kInput,
                   std::string("the network has no layer '") + each.pattern + "', for which " + what + " is given");
    }
  }
}

#if CALIBRT_STRONGLY_TYPED
void setPrecisions(INetworkDefinition& /*network*/, const BuildRequest& request, const Capability& capability) {
  if (!request.layerPrecisions.empty()) throw capability.lacks("layer precisions: types are the model's own");
  if (!request.layerOutputTypes.empty()) throw capability.lacks("layer output types: types are the model's own");
}
#else
void setPrecisions(INetworkDefinition& network, const BuildRequest& request, const Capability& capability) {
  assign(network, request.layerPrecisions, "a precision", [&](ILayer& layer, const auto& values) {
    layer.setPrecision(capability.value(kDataTypes, values.at(0), "data type"));
  });
  assign(network, request.layerOutputTypes, "an output type", [&](ILayer& layer, const auto& values) {
    for (int i = 0; i < layer.getNbOutputs(); ++i) {
      // The last is repeated for the outputs that are left.
      const std::string& name = values.at(std::min(static_cast<std::size_t>(i), values.size() - 1));
      layer.setOutputType(i, capability.value(kDataTypes, name, "data type"));
    }
  });
}
#endif

void setFormat(ITensor& tensor, const TensorFormat& format, const Capability& capability) {
  if (!format.type.empty()) {
    const auto type = capability.value(kDataTypes, format.type, "data type");
#if CALIBRT_STRONGLY_TYPED
    if (type != tensor.getType()) {
      throw capability.lacks("type for '" + std::string(tensor.getName()) + "' but the model's own, " +
                             std::string(nameOf(kDataTypes, tensor.getType())));
    }
#else
    tensor.setType(type);
#endif
  }
  if (format.layouts.empty()) return;
  nvinfer1::TensorFormats formats = 0;
  for (const std::string& layout : format.layouts) {
    formats |= 1U << static_cast<unsigned>(capability.value(kTensorFormats, layout, "tensor layout"));
  }
  tensor.setAllowedFormats(formats);
}

void setFormats(const std::vector<TensorFormat>& formats, int count, const char* what,
                const std::function<ITensor&(int)>& tensor, const Capability& capability) {
  if (formats.empty()) return;
  if (formats.size() != 1 && formats.size() != static_cast<std::size_t>(count)) {
    throw Failed(FailureKind::kInput, std::to_string(formats.size()) + " formats are given for " +
                                          std::to_string(count) + " " + what + "; give one for all, or one for each");
  }
  for (int i = 0; i < count; ++i) {
    setFormat(tensor(i), formats[formats.size() == 1 ? 0 : static_cast<std::size_t>(i)], capability);
  }
}

void markDebugTensors(INetworkDefinition& network, const BuildRequest& request, const Capability& capability) {
  if (request.debugUnfusedTensors) {
    capability.require(12, "debug tensors by way of unfused ones");
    if (!network.markUnfusedTensorsAsDebugTensors()) {
      throw Failed(FailureKind::kUnsupported, "the library refuses to mark unfused tensors as debug tensors");
    }
  }
  for (const std::string& pattern : request.debugTensors) {
    bool found = false;
    for (int i = 0; i < network.getNbLayers(); ++i) {
      const ILayer& layer = *network.getLayer(i);
      for (int k = 0; k < layer.getNbOutputs(); ++k) {
        ITensor& tensor = *layer.getOutput(k);
        if (!matches(pattern, tensor.getName())) continue;
        found = network.markDebug(tensor) || found;
      }
    }
    if (!found) throw Failed(FailureKind::kInput, "the network has no tensor '" + pattern + "' to mark for debugging");
  }
}

void decomposeAttentions(INetworkDefinition& network, const BuildRequest& request, const Capability& capability) {
  if (request.decomposableAttentions.empty()) return;
  capability.require(14, "attention layers");
  std::vector<Assignment> assignments;
  assignments.reserve(request.decomposableAttentions.size());
  for (const std::string& pattern : request.decomposableAttentions) assignments.push_back({pattern, {}});
  assign(network, assignments, "decomposing", [](ILayer& layer, const auto&) {
    if (layer.getType() != nvinfer1::LayerType::kATTENTION_INPUT) return;
    static_cast<nvinfer1::IAttentionInputLayer&>(layer).getAttention()->setDecomposable(true);
  });
}

}  // namespace

void setParserFlags(nvonnxparser::IParser& parser, const BuildRequest& request, const Capability& capability) {
  for (const Switch& flag : request.parserFlags) {
    const auto value = capability.value(kParserFlags, flag.name, "ONNX parser flag");
    if (!flag.on) {
      parser.clearFlag(value);
      continue;
    }
    parser.setFlag(value);
    if (!parser.getFlag(value)) throw capability.lacks("ONNX parser flag '" + flag.name + "'");
  }
}

void applyNetworkOptions(INetworkDefinition& network, nvinfer1::IBuilderConfig& config, const BuildRequest& request,
                         const Capability& capability) {
  if (!request.networkName.empty()) network.setName(request.networkName.c_str());
  setPrecisions(network, request, capability);
  assign(network, request.layerDevices, "a device", [&](ILayer& layer, const auto& values) {
    config.setDeviceType(&layer, capability.value(kDeviceTypes, values.at(0), "device type"));
  });
  setFormats(
      request.inputFormats, network.getNbInputs(), "inputs", [&](int i) -> ITensor& { return *network.getInput(i); },
      capability);
  setFormats(
      request.outputFormats, network.getNbOutputs(), "outputs",
      [&](int i) -> ITensor& { return *network.getOutput(i); }, capability);
  markDebugTensors(network, request, capability);
  decomposeAttentions(network, request, capability);
}

}  // namespace calibrt::tensorrt
