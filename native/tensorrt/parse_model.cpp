#include "tensorrt/parse_model.h"

#include <string>

#include "tensorrt/name_tables.h"

namespace calibrt::tensorrt {
namespace {

std::string text(const char* value) { return value == nullptr ? "" : value; }

std::string describe(const nvonnxparser::IParserError& error) {
  std::string line(nameOf(kParserErrorCodes, error.code()));
  const std::string name = text(error.nodeName());
  const std::string op = text(error.nodeOperator());
  if (error.node() >= 0) {
    line += " at node " + std::to_string(error.node());
    if (!name.empty()) line += " '" + name + "'";
    if (!op.empty()) line += " (" + op + ")";
  }
  line += ": " + text(error.desc());
  for (std::int32_t i = 0; i < error.localFunctionStackSize(); ++i) {
    line += " in function " + text(error.localFunctionStack()[i]);
  }
  return line + " [" + text(error.file()) + ":" + std::to_string(error.line()) + " " + text(error.func()) + "]";
}

}  // namespace

std::optional<Failure> parseModel(nvonnxparser::IParser& parser, const BuildRequest& request) {
  // The parser's own verbosity argument has no effect on what its logger gets.
  constexpr int kVerbosity = 0;
  const char* path = request.modelPath.empty() ? nullptr : request.modelPath.c_str();
  const bool parsed = request.modelBytes.empty()
                          ? path != nullptr && parser.parseFromFile(path, kVerbosity)
                          : parser.parse(request.modelBytes.data(), request.modelBytes.size(), path);
  if (parsed) return std::nullopt;

  Failure failure{FailureKind::kParse, "the ONNX parser refuses the model", {}};
  for (int i = 0; i < parser.getNbErrors(); ++i) {
    const nvonnxparser::IParserError& error = *parser.getError(i);
    failure.details.push_back(describe(error));
    if (error.code() == nvonnxparser::ErrorCode::kMODEL_DESERIALIZE_FAILED) failure.kind = FailureKind::kModel;
  }
  return failure;
}

}  // namespace calibrt::tensorrt
