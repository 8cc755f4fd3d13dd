#include "infer/interpret.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <set>

namespace calibrt::test {
namespace {

using Dims = std::vector<std::int64_t>;

const std::set<std::string>& unaryOps() {
  static const std::set<std::string> ops = {"Identity",        "Relu", "Neg", "Abs", "Cast", "QuantizeLinear",
                                            "DequantizeLinear"};
  return ops;
}

const std::set<std::string>& binaryOps() {
  static const std::set<std::string> ops = {"Add", "Sub", "Mul"};
  return ops;
}

double apply(const std::string& op, double x) {
  if (op == "Relu") return std::max(x, 0.0);
  if (op == "Neg") return -x;
  if (op == "Abs") return std::abs(x);
  return x;
}

double apply(const std::string& op, double a, double b) {
  if (op == "Add") return a + b;
  if (op == "Sub") return a - b;
  return a * b;
}

/// -1 stands for a dimension that is not known.
std::int64_t broadcast(std::int64_t a, std::int64_t b) {
  if (a == 1) return b;
  if (b == 1) return a;
  return std::max(a, b);
}

Dims broadcast(const Dims& a, const Dims& b) {
  Dims result(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto at = [&](const Dims& dims) {
      const std::size_t missing = result.size() - dims.size();
      return i < missing ? std::int64_t{1} : dims[i - missing];
    };
    result[i] = broadcast(at(a), at(b));
  }
  return result;
}

/// The element of `dims` that stands at this element of the broadcast shape.
std::size_t project(std::size_t index, const Dims& shape, const Dims& dims) {
  std::size_t result = 0;
  std::size_t stride = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::size_t axis = shape.size() - 1 - i;
    const std::size_t position = index % static_cast<std::size_t>(shape[axis]);
    index /= static_cast<std::size_t>(shape[axis]);
    if (i >= dims.size()) continue;
    const auto size = static_cast<std::size_t>(dims[dims.size() - 1 - i]);
    result += (size == 1 ? 0 : position) * stride;
    stride *= size;
  }
  return result;
}

Dims reshape(const Dims& from, const std::vector<double>& to) {
  Dims dims;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto wanted = static_cast<std::int64_t>(to[i]);
    dims.push_back(wanted == 0 && i < from.size() ? from[i] : wanted);
  }
  const auto open = std::ranges::find(dims, -1);
  if (open == dims.end()) return dims;
  *open = 1;
  const std::int64_t rest = volume(dims);
  *open = rest == 0 ? 0 : volume(from) / rest;
  return dims;
}

Value constantOf(const GraphTensor& tensor) {
  const auto count = static_cast<std::size_t>(volume(tensor.dims));
  const bool kept = tensor.data.size() >= count * sizeOf(tensor.type);
  return {tensor.type, tensor.dims, kept ? decode(tensor.type, tensor.data.data(), count) : std::vector<double>(count)};
}

Value nonZero(const Value& input) {
  const std::size_t rank = std::max<std::size_t>(input.dims.size(), 1);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < input.data.size(); ++i) {
    if (input.data[i] != 0) found.push_back(i);
  }
  Value result{ElementType::kInt64, {static_cast<std::int64_t>(rank), static_cast<std::int64_t>(found.size())}, {}};
  result.data.resize(rank * found.size());
  for (std::size_t k = 0; k < found.size(); ++k) {
    std::size_t index = found[k];
    for (std::size_t axis = input.dims.size(); axis-- > 0;) {
      const auto size = static_cast<std::size_t>(input.dims[axis]);
      result.data[axis * found.size() + k] = static_cast<double>(index % size);
      index /= size;
    }
  }
  return result;
}

Value compute(const GraphNode& node, const std::vector<const Value*>& inputs, ElementType type) {
  const Value& first = *inputs.at(0);
  if (node.op == "NonZero") return nonZero(first);
  if (node.op == "Shape") {
    return {
        ElementType::kInt64, {static_cast<std::int64_t>(first.dims.size())}, {first.dims.begin(), first.dims.end()}};
  }
  if (node.op == "Reshape") return {first.type, reshape(first.dims, inputs.at(1)->data), first.data};
  if (unaryOps().contains(node.op)) {
    Value result = first;
    if (type != ElementType::kUnknown) result.type = type;
    for (double& x : result.data) x = apply(node.op, x);
    return result;
  }
  const Value& second = *inputs.at(1);
  Value result{first.type, broadcast(first.dims, second.dims), {}};
  result.data.resize(static_cast<std::size_t>(volume(result.dims)));
  for (std::size_t i = 0; i < result.data.size(); ++i) {
    result.data[i] = apply(node.op, first.data[project(i, result.dims, first.dims)],
                           second.data[project(i, result.dims, second.dims)]);
  }
  return result;
}

Values computeAll(const Graph& graph, const Values& inputs) {
  Values values = inputs;
  for (const auto& [name, tensor] : graph.tensors) {
    if (tensor.constant) values.try_emplace(name, constantOf(tensor));
  }
  for (const GraphNode& node : graph.nodes) {
    std::vector<const Value*> arguments;
    for (const std::string& input : node.inputs) {
      if (const auto found = values.find(input); found != values.end()) arguments.push_back(&found->second);
    }
    const std::string& output = node.outputs.at(0);
    values[output] = compute(node, arguments, graph.tensor(output).type);
  }
  Values outputs;
  for (const std::string& name : graph.outputs) {
    outputs[name] = std::move(values.at(name));
    if (const ElementType type = graph.tensor(name).type; type != ElementType::kUnknown) outputs[name].type = type;
  }
  return outputs;
}

Dims standInShape(const Graph& graph, const std::string& name, const Shapes& inputs) {
  const GraphTensor& tensor = graph.tensor(name);
  Dims dims = tensor.dims;
  const auto bySymbol = [&](const std::string& symbol) -> std::int64_t {
    for (const auto& [input, shape] : inputs) {
      const std::vector<std::string>& symbols = graph.tensor(input).symbols;
      const auto found = std::ranges::find(symbols, symbol);
      if (!symbol.empty() && found != symbols.end()) return shape.at(static_cast<std::size_t>(found - symbols.begin()));
    }
    return -1;
  };
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] < 0 && i < tensor.symbols.size()) dims[i] = bySymbol(tensor.symbols[i]);
    if (dims[i] >= 0) continue;
    const Dims& first = inputs.empty() ? dims : inputs.begin()->second;
    dims[i] = i == 0 && !first.empty() ? first[0] : 1;
  }
  return dims;
}

Value standIn(const Graph& graph, const std::string& name, const Values& inputs) {
  Shapes shapes;
  for (const auto& [input, value] : inputs) shapes[input] = value.dims;
  Value result{graph.tensor(name).type, standInShape(graph, name, shapes), {}};
  if (result.type == ElementType::kUnknown) result.type = ElementType::kFloat;
  const auto count = static_cast<std::size_t>(volume(result.dims));
  const auto samples = static_cast<std::size_t>(result.dims.empty() ? 1 : std::max<std::int64_t>(result.dims[0], 1));
  result.data.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t perSample = count / samples;
    const std::size_t sample = i / perSample;
    if (i % perSample != 0) {
      result.data[i] = result.data[i - i % perSample] + static_cast<double>(i % perSample % 1000) / 1000;
      continue;
    }
    double sum = 0;
    std::size_t elements = 0;
    for (const auto& [_, input] : inputs) {
      const bool batched = !input.dims.empty() && static_cast<std::size_t>(input.dims[0]) == samples;
      const std::size_t part = batched ? input.data.size() / samples : input.data.size();
      const std::size_t begin = batched ? sample * part : 0;
      for (std::size_t k = begin; k < begin + part; ++k) sum += input.data[k];
      elements += part;
    }
    result.data[i] = elements == 0 ? 0 : sum / static_cast<double>(elements);
  }
  return result;
}

}  // namespace

bool isComputed(const Graph& graph) {
  return std::ranges::all_of(graph.nodes, [](const GraphNode& node) {
    return unaryOps().contains(node.op) || binaryOps().contains(node.op) || node.op == "NonZero" ||
           node.op == "Shape" || node.op == "Reshape";
  });
}

Shapes inferShapes(const Graph& graph, const Shapes& inputs, const Values& values) {
  Shapes outputs;
  if (!isComputed(graph)) {
    for (const std::string& name : graph.outputs) outputs[name] = standInShape(graph, name, inputs);
    return outputs;
  }
  Shapes shapes = inputs;
  std::set<std::string> open;
  for (const auto& [name, tensor] : graph.tensors) {
    if (tensor.constant) shapes.try_emplace(name, tensor.dims);
  }
  for (const GraphNode& node : graph.nodes) {
    const std::string& output = node.outputs.at(0);
    const Dims& first = shapes[node.inputs.at(0)];
    if (node.op == "NonZero") {
      shapes[output] = {static_cast<std::int64_t>(std::max<std::size_t>(first.size(), 1)), -1};
    } else if (node.op == "Shape") {
      shapes[output] = {static_cast<std::int64_t>(first.size())};
    } else if (node.op == "Reshape") {
      const std::string& to = node.inputs.at(1);
      const auto given = values.find(to);
      shapes[output] = reshape(first, given == values.end() ? constantOf(graph.tensor(to)).data : given->second.data);
    } else if (binaryOps().contains(node.op)) {
      shapes[output] = broadcast(first, shapes[node.inputs.at(1)]);
    } else {
      shapes[output] = first;
    }
  }
  for (const std::string& name : graph.outputs) outputs[name] = shapes[name];
  return outputs;
}

Values run(const Graph& graph, const Values& inputs) {
  if (isComputed(graph)) return computeAll(graph, inputs);
  Values outputs;
  for (const std::string& name : graph.outputs) outputs[name] = standIn(graph, name, inputs);
  return outputs;
}

}  // namespace calibrt::test
