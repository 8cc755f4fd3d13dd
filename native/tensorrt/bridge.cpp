#include "tensorrt/bridge.h"

#include <exception>

#include "tensorrt/build_plan.h"
#include "tensorrt/build_tables.h"
#include "tensorrt/entry_points.h"
#include "tensorrt/failed.h"
#include "tensorrt/loaded_engine.h"
#include "tensorrt/name_tables.h"
#include "tensorrt/version.h"

namespace calibrt::tensorrt {
namespace {

Failure internal(const char* what) { return {FailureKind::kInternal, what, {}}; }

class OpenedLibrary final : public Library {
 public:
  OpenedLibrary(const EntryPoints& entries, const LibraryPaths& paths)
      : entries_(entries), info_{kFlavour, versionText(entries.version()), paths} {}

  [[nodiscard]] const LibraryInfo& info() const noexcept override { return info_; }

  std::variant<BuildResult, Failure> build(const BuildRequest& request,
                                           BuildObserver& observer) const noexcept override {
    try {
      return buildPlan(entries_, request, observer);
    } catch (const Failed& failed) {
      return failed.failure();
    } catch (const std::exception& error) {
      return internal(error.what());
    } catch (...) {
      return internal("unknown exception");
    }
  }

  [[nodiscard]] std::variant<std::shared_ptr<Engine>, Failure>
  load(const LoadRequest& request, std::shared_ptr<RunObserver> observer) const noexcept override {
    return loadEngine(entries_, request, std::move(observer));
  }

 private:
  EntryPoints entries_;
  LibraryInfo info_;
};

class FlavourBridge final : public Bridge {
 public:
  FlavourBridge() {
    info_.flavour = kFlavour;
    info_.headers = versionText(kHeaderVersion);
    info_.flags = namesOf(kBuilderFlags);
    info_.stronglyTyped = CALIBRT_STRONGLY_TYPED;
#if CALIBRT_RTX
    info_.targets = namesOf(kTargets);
#endif
  }

  [[nodiscard]] const BridgeInfo& info() const noexcept override { return info_; }

  [[nodiscard]] std::variant<std::shared_ptr<const Library>, Failure>
  open(const LibraryPaths& paths) const noexcept override {
    try {
      std::variant<EntryPoints, Failure> loaded = EntryPoints::load(paths);
      if (const auto* failure = std::get_if<Failure>(&loaded)) return *failure;
      return std::make_shared<OpenedLibrary>(std::get<EntryPoints>(loaded), paths);
    } catch (const std::exception& error) {
      return internal(error.what());
    }
  }

 private:
  BridgeInfo info_;
};

}  // namespace
}  // namespace calibrt::tensorrt

extern "C" __attribute__((visibility("default"))) const calibrt::tensorrt::Bridge*
calibrtTensorRtBridge(int interfaceVersion) {
  using namespace calibrt::tensorrt;
  if (interfaceVersion != kBridgeInterface) return nullptr;
  static const FlavourBridge bridge;
  return &bridge;
}
