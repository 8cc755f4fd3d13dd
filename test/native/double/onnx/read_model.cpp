#include "onnx/read_model.h"

#include <algorithm>
#include <filesystem>

#include "onnx/protobuf.h"

namespace calibrt::test {
namespace {

/// Greater constants are weights, of which only the size matters.
constexpr std::size_t kMostData = 4096;

using Bytes = std::span<const std::uint8_t>;

struct Context {
  const std::string& folder;
  Graph& graph;
};

void readDims(const Fields& field, std::vector<std::int64_t>& dims) {
  if (field.isVarint()) {
    dims.push_back(field.integer());
    return;
  }
  // Packed: the same numbers without tags.
  std::uint64_t value = 0;
  unsigned shift = 0;
  for (const std::uint8_t byte : field.bytes()) {
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    shift += 7;
    if (byte >= 0x80) continue;
    dims.push_back(static_cast<std::int64_t>(value));
    value = 0;
    shift = 0;
  }
}

std::uint64_t externalBytes(const Context& context, const std::string& location, std::uint64_t offset,
                            std::uint64_t length) {
  std::error_code error;
  const auto path = std::filesystem::path(context.folder) / location;
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw std::runtime_error("Failed to open file: " + path.string());
  if (size < offset + length) throw std::runtime_error("file is shorter than its tensors: " + path.string());
  return length == 0 ? size - offset : length;
}

/// `int32_data` and its like: a number per element, whatever the element's own size.
template <typename Element>
void append(std::vector<std::uint8_t>& data, std::int64_t value) {
  const auto element = static_cast<Element>(value);
  const auto* begin = reinterpret_cast<const std::uint8_t*>(&element);
  data.insert(data.end(), begin, begin + sizeof element);
}

void readNumbers(const Fields& field, GraphTensor& tensor) {
  std::vector<std::int64_t> numbers;
  readDims(field, numbers);
  for (const std::int64_t number : numbers) {
    switch (sizeOf(tensor.type)) {
      case 1:
        append<std::int8_t>(tensor.data, number);
        break;
      case 2:
        append<std::int16_t>(tensor.data, number);
        break;
      case 8:
        append<std::int64_t>(tensor.data, number);
        break;
      default:
        append<std::int32_t>(tensor.data, number);
    }
  }
}

GraphTensor readTensor(const Context& context, Bytes bytes, std::string& name) {
  GraphTensor tensor;
  tensor.constant = true;
  tensor.shaped = true;
  std::string location;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t stored = 0;
  // The type decides how numbers are stored, and comes after them in some files.
  for (Fields field(bytes); field.next();) {
    if (field.number() == 2) tensor.type = static_cast<ElementType>(field.integer());
  }
  for (Fields field(bytes); field.next();) {
    switch (field.number()) {
      case 1:
        readDims(field, tensor.dims);
        break;
      case 4:
      case 9:
      case 10:
        stored += field.bytes().size();
        if (stored <= kMostData) tensor.data.insert(tensor.data.end(), field.bytes().begin(), field.bytes().end());
        break;
      case 5:
      case 7:
        readNumbers(field, tensor);
        break;
      case 8:
        name = field.text();
        break;
      case 13: {
        std::string key;
        std::string value;
        for (Fields entry(field.bytes()); entry.next();) (entry.number() == 1 ? key : value) = entry.text();
        if (key == "location") location = value;
        if (key == "offset") offset = std::stoull(value);
        if (key == "length") length = std::stoull(value);
        break;
      }
      default:
        break;
    }
  }
  stored = std::max<std::uint64_t>(stored, tensor.data.size());
  tensor.bytes = location.empty() ? stored : externalBytes(context, location, offset, length);
  if (stored > kMostData) tensor.data = {};
  return tensor;
}

void readShape(Bytes bytes, GraphTensor& tensor) {
  tensor.shaped = true;
  for (Fields field(bytes); field.next();) {
    if (field.number() != 1) continue;
    std::int64_t dim = -1;
    std::string symbol;
    for (Fields part(field.bytes()); part.next();) {
      if (part.number() == 1) dim = part.integer();
      if (part.number() == 2) symbol = part.text();
    }
    tensor.dims.push_back(dim);
    tensor.symbols.push_back(symbol);
  }
}

std::string readValueInfo(const Context& context, Bytes bytes) {
  std::string name;
  GraphTensor tensor;
  for (Fields field(bytes); field.next();) {
    if (field.number() == 1) name = field.text();
    if (field.number() != 2) continue;
    for (Fields type(field.bytes()); type.next();) {
      if (type.number() != 1) continue;
      for (Fields part(type.bytes()); part.next();) {
        if (part.number() == 1) tensor.type = static_cast<ElementType>(part.integer());
        if (part.number() == 2) readShape(part.bytes(), tensor);
      }
    }
  }
  // A constant may be described too.
  context.graph.tensors.try_emplace(name, std::move(tensor));
  return name;
}

void readNode(const Context& context, Bytes bytes) {
  GraphNode node;
  std::string ignored;
  GraphTensor value;
  for (Fields field(bytes); field.next();) {
    switch (field.number()) {
      case 1:
        node.inputs.push_back(field.text());
        break;
      case 2:
        node.outputs.push_back(field.text());
        break;
      case 3:
        node.name = field.text();
        break;
      case 4:
        node.op = field.text();
        break;
      case 5:
        for (Fields part(field.bytes()); part.next();) {
          if (part.number() == 5) value = readTensor(context, part.bytes(), ignored);
        }
        break;
      case 7:
        node.domain = field.text();
        break;
      default:
        break;
    }
  }
  if (node.op == "Constant" && value.constant && !node.outputs.empty()) {
    context.graph.tensors.insert_or_assign(node.outputs[0], std::move(value));
    return;
  }
  context.graph.nodes.push_back(std::move(node));
}

void readGraph(const Context& context, Bytes bytes) {
  Graph& graph = context.graph;
  // Constants first: older files list them among the inputs, which they are not.
  for (Fields field(bytes); field.next();) {
    if (field.number() != 5) continue;
    std::string name;
    GraphTensor tensor = readTensor(context, field.bytes(), name);
    graph.tensors.insert_or_assign(name, std::move(tensor));
  }
  for (Fields field(bytes); field.next();) {
    switch (field.number()) {
      case 1:
        readNode(context, field.bytes());
        break;
      case 2:
        graph.name = field.text();
        break;
      case 11:
        if (const std::string name = readValueInfo(context, field.bytes()); !graph.tensor(name).constant) {
          graph.inputs.push_back(name);
        }
        break;
      case 12:
        graph.outputs.push_back(readValueInfo(context, field.bytes()));
        break;
      case 13:
        readValueInfo(context, field.bytes());
        break;
      default:
        break;
    }
  }
}

}  // namespace

Graph readModel(Bytes bytes, const std::string& folder) {
  Graph graph;
  bool found = false;
  for (Fields field(bytes); field.next();) {
    if (field.number() != 7 || field.isVarint()) continue;
    found = true;
    readGraph({folder, graph}, field.bytes());
  }
  if (!found && bytes.empty()) throw std::invalid_argument("empty");
  return graph;
}

}  // namespace calibrt::test
