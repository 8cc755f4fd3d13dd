#include "infer/plan.h"

#include <cstring>
#include <stdexcept>

namespace calibrt::test {
namespace {

constexpr std::size_t kHeader = 28;
constexpr std::string_view kMagic = "ftrt";
constexpr std::string_view kBody = "calibrt double";

/// Writes and reads the same fields in the same order: one description of the format.
class Writer {
 public:
  std::vector<std::uint8_t> bytes;
  template <typename Number>
    requires std::is_arithmetic_v<Number>
  void field(Number& value) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(&value);
    bytes.insert(bytes.end(), begin, begin + sizeof value);
  }
  void field(std::string& text) {
    std::uint64_t size = text.size();
    field(size);
    bytes.insert(bytes.end(), text.begin(), text.end());
  }
  template <typename Each, typename Function>
  void list(std::vector<Each>& items, Function each) {
    std::uint64_t size = items.size();
    field(size);
    for (Each& item : items) each(item);
  }
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
  // A damaged byte is no bool.
  void field(bool& value) { value = take(1)[0] != 0; }
  template <typename Number>
    requires std::is_arithmetic_v<Number>
  void field(Number& value) {
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
  }
  void field(std::string& text) {
    std::uint64_t size = 0;
    field(size);
    const auto taken = take(size);
    text.assign(taken.begin(), taken.end());
  }
  template <typename Each, typename Function>
  void list(std::vector<Each>& items, Function each) {
    std::uint64_t size = 0;
    field(size);
    // Each item takes a byte at least.
    if (size > rest_.size()) throw std::invalid_argument("truncated");
    items.resize(static_cast<std::size_t>(size));
    for (Each& item : items) each(item);
  }

 private:
  std::span<const std::uint8_t> take(std::uint64_t size) {
    if (size > rest_.size()) throw std::invalid_argument("truncated");
    const auto taken = rest_.first(static_cast<std::size_t>(size));
    rest_ = rest_.subspan(static_cast<std::size_t>(size));
    return taken;
  }
  std::span<const std::uint8_t> rest_;
};

template <typename Archive>
void numbers(Archive& archive, std::vector<std::int64_t>& values) {
  archive.list(values, [&](std::int64_t& value) { archive.field(value); });
}

template <typename Archive>
void texts(Archive& archive, std::vector<std::string>& values) {
  archive.list(values, [&](std::string& value) { archive.field(value); });
}

template <typename Archive>
void pass(Archive& archive, GraphTensor& tensor) {
  auto type = static_cast<std::int32_t>(tensor.type);
  archive.field(type);
  tensor.type = static_cast<ElementType>(type);
  archive.field(tensor.shaped);
  numbers(archive, tensor.dims);
  texts(archive, tensor.symbols);
  archive.field(tensor.constant);
  archive.field(tensor.bytes);
  archive.list(tensor.data, [&](std::uint8_t& value) { archive.field(value); });
}

/// Maps travel as lists.
template <typename Archive, typename Value, typename Function>
void table(Archive& archive, std::map<std::string, Value>& items, Function each) {
  std::vector<std::pair<std::string, Value>> list(items.begin(), items.end());
  archive.list(list, [&](auto& item) {
    archive.field(item.first);
    each(item.second);
  });
  items = {list.begin(), list.end()};
}

template <typename Archive>
void pass(Archive& archive, Plan& plan) {
  std::string body(kBody);
  archive.field(body);
  if (body != kBody) throw std::invalid_argument("not of the double");
  archive.field(plan.version);
  archive.field(plan.detailed);
  archive.field(plan.nameless);
  archive.field(plan.refittable);
  archive.field(plan.stripped);
  archive.field(plan.weightStreaming);
  archive.field(plan.graph.name);
  archive.list(plan.graph.nodes, [&](GraphNode& node) {
    archive.field(node.op);
    archive.field(node.name);
    archive.field(node.domain);
    texts(archive, node.inputs);
    texts(archive, node.outputs);
  });
  table(archive, plan.graph.tensors, [&](GraphTensor& tensor) { pass(archive, tensor); });
  texts(archive, plan.graph.inputs);
  texts(archive, plan.graph.outputs);
  archive.list(plan.profiles, [&](ProfileRanges& ranges) {
    table(archive, ranges, [&](InputRange& range) {
      for (auto& shape : range.shapes) numbers(archive, shape);
      for (auto& values : range.values) numbers(archive, values);
    });
  });
  table(archive, plan.scales, [&](float& scale) { archive.field(scale); });
}

}  // namespace

std::vector<std::uint8_t> encodePlan(const Plan& plan) {
  Plan copy = plan;
  Writer writer;
  writer.bytes.resize(kHeader);
  pass(writer, copy);
  std::memcpy(writer.bytes.data(), kMagic.data(), kMagic.size());
  const std::uint64_t length = writer.bytes.size();
  std::memcpy(writer.bytes.data() + 16, &length, sizeof length);
  writer.bytes[24] = static_cast<std::uint8_t>(plan.version / 10000);
  writer.bytes[25] = static_cast<std::uint8_t>(plan.version / 100 % 100);
  writer.bytes[26] = static_cast<std::uint8_t>(plan.version % 100);
  return writer.bytes;
}

std::optional<Plan> decodePlan(std::span<const std::uint8_t> bytes) {
  try {
    if (bytes.size() < kHeader || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) return std::nullopt;
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + 16, sizeof length);
    if (length != bytes.size()) return std::nullopt;
    Plan plan;
    Reader reader(bytes.subspan(kHeader));
    pass(reader, plan);
    return plan;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

}  // namespace calibrt::test
