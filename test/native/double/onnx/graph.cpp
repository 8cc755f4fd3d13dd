#include "onnx/graph.h"

#include <algorithm>

namespace calibrt::test {

std::size_t sizeOf(ElementType type) {
  switch (type) {
    case ElementType::kUint8:
    case ElementType::kInt8:
    case ElementType::kBool:
    case ElementType::kFloat8:
      return 1;
    case ElementType::kHalf:
    case ElementType::kBfloat16:
      return 2;
    case ElementType::kFloat:
    case ElementType::kInt32:
      return 4;
    case ElementType::kInt64:
    case ElementType::kDouble:
      return 8;
    case ElementType::kUnknown:
      return 0;
  }
  return 0;
}

std::int64_t volume(const std::vector<std::int64_t>& dims) {
  std::int64_t product = 1;
  for (const std::int64_t dim : dims) product *= std::max<std::int64_t>(dim, 0);
  return product;
}

const GraphTensor& Graph::tensor(const std::string& tensorName) const {
  static const GraphTensor unknown;
  const auto found = tensors.find(tensorName);
  return found == tensors.end() ? unknown : found->second;
}

std::uint64_t Graph::weightBytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [_, each] : tensors) bytes += each.constant ? each.bytes : 0;
  return bytes;
}

bool Graph::isQuantized() const {
  return std::ranges::any_of(
      nodes, [](const GraphNode& node) { return node.op == "QuantizeLinear" || node.op == "DequantizeLinear"; });
}

std::vector<std::string> Graph::activations() const {
  std::vector<std::string> names = inputs;
  for (const GraphNode& node : nodes) {
    for (const std::string& output : node.outputs) {
      if (!output.empty() && !tensor(output).constant) names.push_back(output);
    }
  }
  // Shapes and indices have no scale.
  std::erase_if(names, [&](const std::string& each) {
    const ElementType type = tensor(each).type;
    return type == ElementType::kInt64 || type == ElementType::kInt32 || type == ElementType::kBool;
  });
  return names;
}

bool Graph::isShapeInput(const std::string& input) const {
  const GraphTensor& found = tensor(input);
  if (found.type != ElementType::kInt64 && found.type != ElementType::kInt32) return false;
  if (found.dims.size() > 1) return false;
  return std::ranges::any_of(nodes, [&](const GraphNode& node) {
    const bool shapes = node.op == "Reshape" || node.op == "Expand" || node.op == "Resize" || node.op == "Tile";
    return shapes && node.inputs.size() > 1 &&
           std::find(node.inputs.begin() + 1, node.inputs.end(), input) != node.inputs.end();
  });
}

}  // namespace calibrt::test
