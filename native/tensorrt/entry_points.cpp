#include "tensorrt/entry_points.h"

#include "tensorrt/logger.h"
#include "tensorrt/version.h"

namespace calibrt::tensorrt {
namespace {

Failure libraryFailure(const std::string& path, const std::string& reason) {
  return {FailureKind::kLibrary, "cannot open " + path, {reason}};
}

}  // namespace

std::variant<EntryPoints, Failure> EntryPoints::load(const LibraryPaths& paths) {
  std::string error;
  const std::optional<SharedObject> infer = SharedObject::open(paths.infer, error);
  if (!infer) return libraryFailure(paths.infer, error);
  const auto version = infer->function<std::int32_t (*)() noexcept>("getInferLibVersion");
  if (version == nullptr)
    return libraryFailure(paths.infer, "it exports no getInferLibVersion: it is no TensorRT library");

  EntryPoints entries;
  entries.version_ = version();
  // The version first: a parser of another major may not even load.
  if (std::optional<Failure> failure = checkVersion(entries.version_, paths.infer)) return *failure;
  const std::optional<SharedObject> parser = SharedObject::open(paths.parser, error);
  if (!parser) return libraryFailure(paths.parser, error);

  entries.createBuilder_ = infer->function<decltype(entries.createBuilder_)>("createInferBuilder_INTERNAL");
  entries.createRuntime_ = infer->function<decltype(entries.createRuntime_)>("createInferRuntime_INTERNAL");
  entries.createParser_ = parser->function<decltype(entries.createParser_)>("createNvOnnxParser_INTERNAL");
  if (entries.createBuilder_ == nullptr)
    return libraryFailure(paths.infer, "it exports no createInferBuilder_INTERNAL");
  if (entries.createParser_ == nullptr)
    return libraryFailure(paths.parser, "it exports no createNvOnnxParser_INTERNAL");
  return entries;
}

std::unique_ptr<nvinfer1::IBuilder> EntryPoints::createBuilder() const noexcept {
  nvinfer1::ILogger* logger = &Logger::instance();
  return std::unique_ptr<nvinfer1::IBuilder>(
      static_cast<nvinfer1::IBuilder*>(createBuilder_(logger, statedVersion(version_))));
}

std::unique_ptr<nvinfer1::IRuntime> EntryPoints::createRuntime() const noexcept {
  if (createRuntime_ == nullptr) return nullptr;
  nvinfer1::ILogger* logger = &Logger::instance();
  return std::unique_ptr<nvinfer1::IRuntime>(
      static_cast<nvinfer1::IRuntime*>(createRuntime_(logger, statedVersion(version_))));
}

std::unique_ptr<nvonnxparser::IParser> EntryPoints::createParser(nvinfer1::INetworkDefinition& network) const noexcept {
  nvinfer1::ILogger* logger = &Logger::instance();
  return std::unique_ptr<nvonnxparser::IParser>(
      static_cast<nvonnxparser::IParser*>(createParser_(&network, logger, NV_ONNX_PARSER_VERSION)));
}

}  // namespace calibrt::tensorrt
