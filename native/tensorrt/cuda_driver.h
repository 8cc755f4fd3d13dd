#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// The CUDA driver, opened at run time. TensorRT must not be asked before it: without a driver `createInferRuntime`
/// of 10.x and 11.x returns a pointer to nothing.
namespace calibrt::tensorrt {

struct CudaDevice {
  std::string name;
  /// Compute capability as TensorRT's targets write it: `sm86`.
  std::string target;
  std::uint64_t memoryBytes = 0;
};

struct CudaReport {
  /// CUDA version that the driver supports, `12.8`; empty where there is no driver.
  std::string driver;
  /// GPUs that the driver sees; `devices` holds those of them that it describes.
  int count = 0;
  std::vector<CudaDevice> devices;
  /// Why no device can be used; empty where one can.
  std::string problem;
};

/// Asks the driver; the first call in a process may take a tenth of a second.
CudaReport probeCuda();

/// Why the GPU of this index cannot be used; empty where it can. Asks anew each time: a GPU may vanish while the
/// process lives, and what the driver gave before is no proof.
std::string deviceProblem(int ordinal);

}  // namespace calibrt::tensorrt
