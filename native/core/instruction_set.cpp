#include "core/instruction_set.h"

#include <array>
#include <atomic>
#include <span>
#include <stdexcept>
#include <string>

namespace calibrt {
namespace {

struct KernelSet {
  std::string_view name;
  const HistogramKernels* kernels;
  bool (*isSupported)();
};

// Best first.
constexpr std::array kKernelSets{
#ifdef CALIBRT_X86_KERNELS
    KernelSet{"avx512", &kAvx512Kernels,
              [] { return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("popcnt") != 0; }},
    KernelSet{"avx2", &kAvx2Kernels,
              [] { return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("popcnt") != 0; }},
#endif
    KernelSet{"portable", &kPortableKernels, [] { return true; }},
};

const KernelSet* best() {
  for (const KernelSet& set : kKernelSets) {
    if (set.isSupported()) return &set;
  }
  return &kKernelSets.back();
}

std::atomic<const KernelSet*>& current() {
  static std::atomic<const KernelSet*> set{best()};
  return set;
}

}  // namespace

std::string_view instructionSet() noexcept { return current().load()->name; }

void useInstructionSet(std::string_view name) {
  for (const KernelSet& set : kKernelSets) {
    if (set.name != name) continue;
    if (!set.isSupported()) throw std::invalid_argument("this processor does not support " + std::string(name));
    current().store(&set);
    return;
  }
  throw std::invalid_argument("no instruction set of this build is named '" + std::string(name) + "'");
}

const HistogramKernels& histogramKernels() noexcept { return *current().load()->kernels; }

}  // namespace calibrt
