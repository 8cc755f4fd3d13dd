#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <napi.h>

// Reading JavaScript arguments. `where` names function and argument ("accumulate: data"); whatever does not fit is a
// TypeError "WHERE: expected WHAT, got WHAT".

namespace calibrt {

/// Throws the TypeError "WHERE: expected EXPECTED, got ...".
[[noreturn]] void refuse(Napi::Value value, std::string_view where, std::string_view expected);

/// Throws the TypeError "WHERE: MESSAGE".
[[noreturn]] void refuse(Napi::Env env, std::string_view where, std::string_view message);

/// A number without fraction in [least, greatest].
std::int64_t integerArgument(Napi::Value value, std::string_view where, std::int64_t least, std::int64_t greatest);

/// A finite number.
double finiteArgument(Napi::Value value, std::string_view where);

std::string stringArgument(Napi::Value value, std::string_view where);
Napi::Array arrayArgument(Napi::Value value, std::string_view where);
Napi::Object objectArgument(Napi::Value value, std::string_view where);

/// The elements of a typed array: a view of its memory, or a copy where the memory is shared with other threads, which
/// could change it between two looks at it.
template <typename T>
class TypedArrayArgument {
 public:
  TypedArrayArgument(std::span<const T> view, bool isShared) : view_(view) {
    if (!isShared) return;
    copy_.assign(view.begin(), view.end());
    view_ = copy_;
  }
  // Moving a vector keeps its elements where they are.
  TypedArrayArgument(TypedArrayArgument&&) = default;
  TypedArrayArgument& operator=(TypedArrayArgument&&) = default;
  TypedArrayArgument(const TypedArrayArgument&) = delete;
  TypedArrayArgument& operator=(const TypedArrayArgument&) = delete;
  ~TypedArrayArgument() = default;

  [[nodiscard]] std::span<const T> span() const { return view_; }

 private:
  std::span<const T> view_;
  std::vector<T> copy_;
};

/// A typed array of exactly the element type T: float, double, int8_t, uint8_t or int32_t. A detached one is refused.
template <typename T>
TypedArrayArgument<T> typedArrayArgument(Napi::Value value, std::string_view where);

/// True for a typed array of exactly the element type T.
template <typename T>
bool isTypedArray(Napi::Value value);

}  // namespace calibrt
