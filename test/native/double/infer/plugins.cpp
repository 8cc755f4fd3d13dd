#include <filesystem>

#include "infer/builder.h"
#include "infer/runtime.h"

namespace calibrt::test {
namespace {

/// Loads nothing: a file that is there is a plugin library.
class PluginRegistry final : public RefusingPluginRegistry {
 public:
  PluginLibraryHandle loadLibrary(AsciiChar const* path) noexcept override {
    const bool found = std::filesystem::exists(path) && !fails("loadLibrary");
    Entry("loadLibrary").with("path", path).with("found", found);
    return found ? this : nullptr;
  }
  void deregisterLibrary(PluginLibraryHandle) noexcept override { Entry("deregisterLibrary"); }
  void setErrorRecorder(IErrorRecorder* const recorder) noexcept override { recorder_ = recorder; }
  IErrorRecorder* getErrorRecorder() const noexcept override { return recorder_; }
  bool isParentSearchEnabled() const override { return true; }
  void setParentSearchEnabled(bool const) override {}

 private:
  IErrorRecorder* recorder_ = nullptr;
};

}  // namespace

IPluginRegistry& pluginRegistry() {
  // Never destroyed, as the real one.
  static auto* const leaked = std::make_unique<PluginRegistry>().release();
  return *leaked;
}

IPluginRegistry& Builder::getPluginRegistry() noexcept { return pluginRegistry(); }

}  // namespace calibrt::test

extern "C" TENSORRTAPI nvinfer1::IPluginRegistry* getPluginRegistry() noexcept {
  return &calibrt::test::pluginRegistry();
}
