#include "tensorrt/cuda_driver.h"

#include <array>
#include <optional>
#include <utility>

#include "tensorrt/shared_object.h"

namespace calibrt::tensorrt {
namespace {

// Of cuda.h, whose types are C and whose values never change.
using Result = int;
using Device = int;
constexpr Result kSuccess = 0;
constexpr Result kNoDevice = 100;
constexpr int kComputeCapabilityMajor = 75;
constexpr int kComputeCapabilityMinor = 76;

/// The few entry points a probe needs. `_v2` where there is one: the plain names are the 32-bit ABI.
struct Driver {
  Result (*initialize)(unsigned flags);
  Result (*version)(int* version);
  Result (*count)(int* count);
  Result (*device)(Device* device, int ordinal);
  Result (*name)(char* name, int length, Device device);
  Result (*attribute)(int* value, int attribute, Device device);
  Result (*memory)(std::size_t* bytes, Device device);
  Result (*errorName)(Result error, const char** name);

  static std::optional<Driver> open() {
    std::string error;
    const std::optional<SharedObject> library = SharedObject::open("libcuda.so.1", error);
    if (!library) return std::nullopt;
    const auto find = [&](auto& function, const char* name) {
      function = library->function<std::remove_reference_t<decltype(function)>>(name);
      return function != nullptr;
    };
    Driver driver{};
    const bool complete = find(driver.initialize, "cuInit") && find(driver.version, "cuDriverGetVersion") &&
                          find(driver.count, "cuDeviceGetCount") && find(driver.device, "cuDeviceGet") &&
                          find(driver.name, "cuDeviceGetName") && find(driver.attribute, "cuDeviceGetAttribute") &&
                          find(driver.memory, "cuDeviceTotalMem_v2") && find(driver.errorName, "cuGetErrorName");
    if (!complete) return std::nullopt;
    return driver;
  }

  [[nodiscard]] std::string describe(Result result) const {
    const char* text = nullptr;
    return errorName(result, &text) == kSuccess && text != nullptr ? text : "error " + std::to_string(result);
  }
};

std::optional<CudaDevice> describeDevice(const Driver& driver, int ordinal) {
  Device device = 0;
  std::array<char, 256> name{};
  int major = 0;
  int minor = 0;
  std::size_t bytes = 0;
  const bool known = driver.device(&device, ordinal) == kSuccess &&
                     driver.name(name.data(), static_cast<int>(name.size()) - 1, device) == kSuccess &&
                     driver.attribute(&major, kComputeCapabilityMajor, device) == kSuccess &&
                     driver.attribute(&minor, kComputeCapabilityMinor, device) == kSuccess &&
                     driver.memory(&bytes, device) == kSuccess;
  if (!known) return std::nullopt;
  return CudaDevice{name.data(), "sm" + std::to_string(major * 10 + minor), bytes};
}

}  // namespace

CudaReport probeCuda() {
  CudaReport report;
  const std::optional<Driver> driver = Driver::open();
  if (!driver) {
    report.problem = "there is no NVIDIA driver (libcuda.so.1)";
    return report;
  }
  int version = 0;
  if (driver->version(&version) == kSuccess) {
    report.driver = std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
  }
  if (const Result result = driver->initialize(0); result != kSuccess) {
    report.problem =
        result == kNoDevice ? "the NVIDIA driver sees no GPU" : "the NVIDIA driver fails: " + driver->describe(result);
    return report;
  }
  if (driver->count(&report.count) != kSuccess || report.count == 0) {
    report.problem = "the NVIDIA driver sees no GPU";
    return report;
  }
  for (int ordinal = 0; ordinal < report.count; ++ordinal) {
    if (std::optional<CudaDevice> device = describeDevice(*driver, ordinal))
      report.devices.push_back(std::move(*device));
  }
  if (report.devices.empty()) report.problem = "the NVIDIA driver does not describe its GPUs";
  return report;
}

std::string deviceProblem(int ordinal) {
  CudaReport report = probeCuda();
  if (!report.problem.empty()) return std::move(report.problem);
  if (ordinal >= 0 && ordinal < report.count) return {};
  return "there is no GPU " + std::to_string(ordinal) + ": the driver sees " + std::to_string(report.count);
}

}  // namespace calibrt::tensorrt
