#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Tables between TensorRT's enums and the names that cross the boundary. Numbers never do: 10.x and 11.x number the
/// same enumerators differently.
namespace calibrt::tensorrt {

template <typename Enum>
struct Named {
  std::string_view name;
  Enum value;
  /// The minor of TensorRT 10 that brought it, where its headers do not tell that the library at hand has it.
  int sinceMinor = 0;
};

template <typename Enum, std::size_t Size>
using NameTable = std::array<Named<Enum>, Size>;

/// Whether the table has every one of `count` enumerators, numbered from 0, in order.
template <typename Enum, std::size_t Size>
constexpr bool isComplete(const NameTable<Enum, Size>& table, int count) {
  if (static_cast<int>(Size) != count) return false;
  for (std::size_t i = 0; i < Size; ++i) {
    if (static_cast<std::size_t>(table[i].value) != i) return false;
  }
  return true;
}

/// Whether values strictly increase, so that none is there twice.
template <typename Enum, std::size_t Size>
constexpr bool isIncreasing(const NameTable<Enum, Size>& table) {
  for (std::size_t i = 1; i < Size; ++i) {
    if (table[i - 1].value >= table[i].value) return false;
  }
  return true;
}

template <typename Enum, std::size_t Size>
constexpr std::optional<Enum> valueOf(const NameTable<Enum, Size>& table, std::string_view name) {
  for (const Named<Enum>& entry : table) {
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}

/// The entry of that name, or null.
template <typename Enum, std::size_t Size>
constexpr const Named<Enum>* entryOf(const NameTable<Enum, Size>& table, std::string_view name) {
  for (const Named<Enum>& entry : table) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

template <typename Enum, std::size_t Size>
constexpr std::string_view nameOf(const NameTable<Enum, Size>& table, Enum value) {
  for (const Named<Enum>& entry : table) {
    if (entry.value == value) return entry.name;
  }
  return "unknown";
}

template <typename Enum, std::size_t Size>
std::vector<std::string> namesOf(const NameTable<Enum, Size>& table) {
  std::vector<std::string> names;
  for (const Named<Enum>& entry : table) names.emplace_back(entry.name);
  return names;
}

}  // namespace calibrt::tensorrt
