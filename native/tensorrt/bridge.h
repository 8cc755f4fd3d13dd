#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "tensorrt/build_observer.h"
#include "tensorrt/build_request.h"
#include "tensorrt/build_result.h"
#include "tensorrt/engine.h"
#include "tensorrt/failure.h"

/// The interface between the addon and a bridge: one shared library per TensorRT flavour, compiled from the same
/// sources against that flavour's headers. No TensorRT type and no Node-API type appears here. Standard types do: addon
/// and bridges are always compiled together. No exception crosses.
namespace calibrt::tensorrt {

/// Raised when this interface changes; a bridge of another build refuses to be opened.
inline constexpr int kBridgeInterface = 2;

/// What a bridge was compiled for.
struct BridgeInfo {
  /// `rtx`, `10` or `11`.
  std::string flavour;
  /// Version of the headers: `1.7.1`.
  std::string headers;
  /// Names that BuildRequest::targets may hold; empty where plans are built for the GPU at hand only.
  std::vector<std::string> targets;
  /// Names that BuildRequest::flags may hold.
  std::vector<std::string> flags;
  /// Whether types are the network's alone: no precision flags, no native calibrators.
  bool stronglyTyped = false;
};

/// Where the two libraries are, as paths.
struct LibraryPaths {
  std::string infer;
  std::string parser;
};

struct LibraryInfo {
  std::string flavour;
  /// Version of the opened library: `1.7.1`.
  std::string version;
  LibraryPaths paths;
};

/// An opened TensorRT. Never closed: its threads and static destructors do not survive being unmapped.
class Library {
 public:
  virtual ~Library() = default;
  [[nodiscard]] virtual const LibraryInfo& info() const noexcept = 0;

  /// Parses and builds on the calling thread, for as long as that takes. Any number of threads may build at the same
  /// time.
  virtual std::variant<BuildResult, Failure> build(const BuildRequest& request,
                                                   BuildObserver& observer) const noexcept = 0;

  /// Makes an engine of a plan on the calling thread, which takes up to seconds. The observer lives as long as the
  /// engine and its contexts do.
  [[nodiscard]] virtual std::variant<std::shared_ptr<Engine>, Failure>
  load(const LoadRequest& request, std::shared_ptr<RunObserver> observer) const noexcept = 0;
};

/// One flavour.
class Bridge {
 public:
  virtual ~Bridge() = default;
  [[nodiscard]] virtual const BridgeInfo& info() const noexcept = 0;

  /// Opens a library with local visibility, so that several majors live in one process, and checks its version.
  [[nodiscard]] virtual std::variant<std::shared_ptr<const Library>, Failure>
  open(const LibraryPaths& paths) const noexcept = 0;
};

/// The one symbol that a bridge exports, as kBridgeSymbol: its Bridge, or null where `interfaceVersion` is not its own.
using BridgeEntry = const Bridge* (*)(int interfaceVersion);
inline constexpr char kBridgeSymbol[] = "calibrtTensorRtBridge";

}  // namespace calibrt::tensorrt
