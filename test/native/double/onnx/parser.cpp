#include <filesystem>
#include <fstream>
#include <memory>
#include <set>

#include "common/record.h"
#include "common/settings.h"
#include "derived.h"
#include "onnx/graph_sink.h"
#include "onnx/read_model.h"

namespace calibrt::test {
namespace {

using nvonnxparser::ErrorCode;

class ParserError final : public nvonnxparser::IParserError {
 public:
  ParserError(ErrorCode code, std::string text, int node, GraphNode at)
      : code_(code), text_(std::move(text)), node_(node), at_(std::move(at)) {}

  ErrorCode code() const override { return code_; }
  char const* desc() const override { return text_.c_str(); }
  char const* file() const override { return "test/native/double/onnx/parser.cpp"; }
  int line() const override { return 1; }
  char const* func() const override { return "parse"; }
  int node() const override { return node_; }
  char const* nodeName() const override { return at_.name.c_str(); }
  char const* nodeOperator() const override { return at_.op.c_str(); }
  char const* const* localFunctionStack() const override { return nullptr; }
  int32_t localFunctionStackSize() const override { return 0; }

 private:
  ErrorCode code_;
  std::string text_;
  int node_;
  GraphNode at_;
};

std::vector<std::uint8_t> readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Parser final : public RefusingParser {
 public:
  Parser(INetworkDefinition& network, ILogger& logger) : sink_(dynamic_cast<GraphSink&>(network)), logger_(logger) {}
  ~Parser() override { Entry("destroyParser"); }

  bool parse(void const* model, size_t size, char const* path) noexcept override {
    const std::string folder = path == nullptr ? "" : std::filesystem::path(path).parent_path().string();
    Entry("parse").with("bytes", size).with("path", path);
    return read({static_cast<const std::uint8_t*>(model), size}, folder);
  }

  bool parseFromFile(char const* path, int) noexcept override {
    Entry("parseFromFile").with("path", path);
    const std::vector<std::uint8_t> bytes = readFile(path);
    if (bytes.empty()) return refuse(ErrorCode::kMODEL_DESERIALIZE_FAILED, "Failed to open file: " + std::string(path));
    return read(bytes, std::filesystem::path(path).parent_path().string());
  }

  bool supportsOperator(char const* name) const noexcept override { return std::string_view(name) != "Unsupported"; }
  int getNbErrors() const noexcept override { return static_cast<int>(errors_.size()); }
  IParserError const* getError(int index) const noexcept override {
    const auto i = static_cast<std::size_t>(index);
    return i < errors_.size() ? errors_[i].get() : nullptr;
  }
  void clearErrors() noexcept override { errors_.clear(); }
  void setFlags(OnnxParserFlags flags) noexcept override { flags_ = flags; }
  OnnxParserFlags getFlags() const noexcept override { return flags_; }
  void setFlag(OnnxParserFlag flag) noexcept override {
    Entry("setParserFlag").with("flag", static_cast<int>(flag));
    flags_ |= 1U << static_cast<unsigned>(flag);
  }
  void clearFlag(OnnxParserFlag flag) noexcept override { flags_ &= ~(1U << static_cast<unsigned>(flag)); }
  bool getFlag(OnnxParserFlag flag) const noexcept override {
    return (flags_ >> static_cast<unsigned>(flag) & 1U) != 0;
  }
  char const* const* getUsedVCPluginLibraries(int64_t& count) const noexcept override {
    count = 0;
    return nullptr;
  }

 private:
  bool read(std::span<const std::uint8_t> bytes, const std::string& folder) noexcept {
    try {
      Graph graph = readModel(bytes, folder);
      if (!check(graph)) return false;
      sink_.adopt(std::move(graph));
      return true;
    } catch (const std::invalid_argument& error) {
      return refuse(ErrorCode::kMODEL_DESERIALIZE_FAILED,
                    std::string("Failed to parse the ONNX model: ") + error.what());
    } catch (const std::exception& error) {
      return refuse(ErrorCode::kINVALID_GRAPH, error.what());
    }
  }

  /// All that is wrong, not the first alone.
  bool check(const Graph& graph) {
    if (fails("parse")) {
      const GraphNode node = graph.nodes.empty() ? GraphNode{} : graph.nodes.front();
      refuse(ErrorCode::kUNSUPPORTED_NODE, "told to fail", 0, node);
      refuse(ErrorCode::kINVALID_NODE, "told to fail again", 1, node);
    }
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const GraphNode& node = graph.nodes[i];
      if (node.domain.empty() || node.domain == "ai.onnx") continue;
      refuse(ErrorCode::kUNSUPPORTED_NODE, "Plugin not found, are the plugin name, version, and namespace correct?",
             static_cast<int>(i), node);
    }
    return errors_.empty();
  }

  bool refuse(ErrorCode code, std::string text, int node = -1, GraphNode at = {}) {
    logger_.log(ILogger::Severity::kERROR, text.c_str());
    errors_.push_back(std::make_unique<ParserError>(code, std::move(text), node, std::move(at)));
    return false;
  }

  GraphSink& sink_;
  ILogger& logger_;
  OnnxParserFlags flags_ = 0;
  std::vector<std::unique_ptr<ParserError>> errors_;
};

}  // namespace
}  // namespace calibrt::test

extern "C" TENSORRTAPI void* createNvOnnxParser_INTERNAL(void* network, void* logger, int) noexcept {
  using namespace calibrt::test;
  Entry("createParser");
  if (fails("createParser")) return nullptr;
  auto parser = std::make_unique<Parser>(*static_cast<INetworkDefinition*>(network), *static_cast<ILogger*>(logger));
  return static_cast<nvonnxparser::IParser*>(parser.release());
}

extern "C" TENSORRTAPI int getNvOnnxParserVersion() noexcept { return NV_ONNX_PARSER_VERSION; }
