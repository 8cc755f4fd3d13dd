#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tensorrt/host_pool.h"

namespace calibrt::tensorrt {

/// An input's values, in host memory.
struct Feed {
  std::string name;
  std::vector<std::int64_t> dims;
  HostBlock data;
  std::size_t bytes = 0;
};

/// An output's values, in host memory.
struct Fetched {
  std::string name;
  std::string dtype;
  std::vector<std::int64_t> dims;
  HostBlock data;
  std::size_t bytes = 0;
};

}  // namespace calibrt::tensorrt
