#pragma once

#include "infer/doubled.h"

namespace calibrt::test {

class HostMemory final : public Doubled<IHostMemory, RefusingHostMemory> {
 public:
  explicit HostMemory(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  ~HostMemory() override = default;
  // The class that callers see gives out a writable pointer from a const object.
  void* data() const noexcept override { return const_cast<std::uint8_t*>(bytes_.data()); }
  std::size_t size() const noexcept override { return bytes_.size(); }
  DataType type() const noexcept override { return DataType::kINT8; }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace calibrt::test
