#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "tensorrt/bridge.h"
#include "tensorrt/flavour.h"
#include "tensorrt/shared_object.h"

namespace calibrt::tensorrt {

/// The functions that a TensorRT library exports; everything else is reached through the objects they make. The
/// headers' own inline wrappers would link the library and are never used.
class EntryPoints {
 public:
  static std::variant<EntryPoints, Failure> load(const LibraryPaths& paths);

  int version() const noexcept { return version_; }
  /// Null where the library refuses, having logged why.
  std::unique_ptr<nvinfer1::IBuilder> createBuilder() const noexcept;
  /// Only after the driver was asked: without a GPU the pointer may be neither null nor valid.
  std::unique_ptr<nvinfer1::IRuntime> createRuntime() const noexcept;
  std::unique_ptr<nvonnxparser::IParser> createParser(nvinfer1::INetworkDefinition& network) const noexcept;

 private:
  EntryPoints() = default;

  void* (*createBuilder_)(void* logger, std::int32_t version) noexcept = nullptr;
  void* (*createRuntime_)(void* logger, std::int32_t version) noexcept = nullptr;
  void* (*createParser_)(void* network, void* logger, int version) noexcept = nullptr;
  int version_ = 0;
};

}  // namespace calibrt::tensorrt
