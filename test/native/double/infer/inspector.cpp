#include "infer/inspector.h"

#include <algorithm>

namespace calibrt::test {

std::string Inspector::describe(const std::vector<std::string>& tensors) const {
  std::string json;
  for (const std::string& name : tensors) {
    const GraphTensor& tensor = plan_->graph.tensor(name);
    if (tensor.constant || name.empty()) continue;
    std::string dims;
    for (const std::int64_t dim : tensor.dims) dims += (dims.empty() ? "" : ",") + std::to_string(dim);
    if (!json.empty()) json += ",";
    json += R"({"Name": )" + quoted(name) + R"(, "Location": "Device", "Dimensions": [)" + dims +
            R"(], "Format/Datatype": "Row major linear FP32"})";
  }
  return "[" + json + "]";
}

std::string Inspector::describe(const GraphNode& node) const {
  if (!plan_->detailed) return quoted(node.name);
  // The separators of metadata are control characters, as in the real one's.
  return R"({"Name": )" + quoted(node.name) + R"(, "LayerType": )" + quoted(node.op) + R"(, "Inputs": )" +
         describe(node.inputs) + R"(, "Outputs": )" + describe(node.outputs) +
         R"(, "TacticName": "double", "StreamId": 0, "Metadata": "\u001e[ONNX Layer: )" + node.name + R"(]"})";
}

char const* Inspector::getLayerInformation(int32_t index, LayerInformationFormat) const noexcept {
  const auto i = static_cast<std::size_t>(index);
  if (i >= plan_->graph.nodes.size()) return nullptr;
  text_ = describe(plan_->graph.nodes[i]);
  return text_.c_str();
}

char const* Inspector::getEngineInformation(LayerInformationFormat) const noexcept {
  Entry("getEngineInformation").with("context", context_ != nullptr);
  if (fails("getEngineInformation")) return nullptr;
  std::string layers;
  if (!plan_->nameless) {
    for (const GraphNode& node : plan_->graph.nodes) layers += (layers.empty() ? "" : ",\n") + describe(node);
  }
  std::string bindings;
  for (const auto* names : {&plan_->graph.inputs, &plan_->graph.outputs}) {
    for (const std::string& name : *names) bindings += (bindings.empty() ? "" : ",") + quoted(name);
  }
  std::ranges::fill(text_, '?');
  text_ = "{\"Layers\": [" + layers + "],\n\"Bindings\": [" + bindings + "]\n}\n";
  return text_.c_str();
}

}  // namespace calibrt::test
