#include "tensorrt/loaded_engine.h"

#include "tensorrt/context.h"
#include "tensorrt/cuda_api.h"
#include "tensorrt/engine_core.h"
#include "tensorrt/timing_run.h"

namespace calibrt::tensorrt {
namespace {

class LoadedEngine final : public Engine {
 public:
  explicit LoadedEngine(std::shared_ptr<EngineCore> core) : core_(std::move(core)) {}

  [[nodiscard]] const EngineInfo& info() const noexcept override { return core_->info(); }
  [[nodiscard]] HostPool& hostPool() const noexcept override { return HostPool::instance(); }

  std::variant<std::shared_ptr<Context>, Failure> makeContext(const ContextRequest& request) noexcept override {
    return guarded<std::shared_ptr<Context>>(
        core_->log(), [&]() -> std::shared_ptr<Context> { return std::make_shared<InferenceContext>(core_, request); });
  }

  [[nodiscard]] std::variant<std::string, Failure> inspect() noexcept override {
    return guarded<std::string>(core_->log(), [&] {
      useDevice(core_->device());
      return core_->inspect(nullptr, core_->log());
    });
  }

  std::variant<TimingResult, Failure> time(const TimingRequest& request, TimingObserver& observer) noexcept override {
    return guarded<TimingResult>(core_->log(), [&] {
      useDevice(core_->device());
      return timeEngine(*core_, request, observer);
    });
  }

 private:
  const std::shared_ptr<EngineCore> core_;
};

}  // namespace

std::variant<std::shared_ptr<Engine>, Failure> loadEngine(const EntryPoints& library, const LoadRequest& request,
                                                          std::shared_ptr<RunObserver> observer) noexcept {
  try {
    return std::make_shared<LoadedEngine>(EngineCore::load(library, request, std::move(observer)));
  } catch (const Failed& failed) {
    return failed.failure();
  } catch (const std::exception& error) {
    return Failure{FailureKind::kInternal, error.what(), {}};
  }
}

}  // namespace calibrt::tensorrt
