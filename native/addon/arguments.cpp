#include "addon/arguments.h"

#include <cmath>

namespace calibrt {
namespace {

/// The class of typed arrays that holds elements of type T.
template <typename T>
struct TypedArrayClass;
template <>
struct TypedArrayClass<float> {
  static constexpr napi_typedarray_type kType = napi_float32_array;
  static constexpr std::string_view kName = "a Float32Array";
};
template <>
struct TypedArrayClass<double> {
  static constexpr napi_typedarray_type kType = napi_float64_array;
  static constexpr std::string_view kName = "a Float64Array";
};
template <>
struct TypedArrayClass<std::int8_t> {
  static constexpr napi_typedarray_type kType = napi_int8_array;
  static constexpr std::string_view kName = "an Int8Array";
};
template <>
struct TypedArrayClass<std::uint8_t> {
  static constexpr napi_typedarray_type kType = napi_uint8_array;
  static constexpr std::string_view kName = "a Uint8Array";
};
template <>
struct TypedArrayClass<std::int32_t> {
  static constexpr napi_typedarray_type kType = napi_int32_array;
  static constexpr std::string_view kName = "an Int32Array";
};

std::string describe(Napi::Value value) {
  switch (value.Type()) {
    case napi_undefined:
      return "undefined";
    case napi_null:
      return "null";
    case napi_boolean:
    case napi_number:
    case napi_bigint:
      return value.ToString();
    case napi_string:
      return "'" + value.ToString().Utf8Value() + "'";
    case napi_symbol:
      return "a symbol";
    case napi_function:
      return "a function";
    default:
      break;
  }
  if (value.IsArray()) return "an array";
  const Napi::Value constructor = value.As<Napi::Object>().Get("constructor");
  const Napi::Value name = constructor.IsFunction() ? constructor.As<Napi::Object>().Get("name") : value.Env().Null();
  return name.IsString() ? "an object of class " + name.ToString().Utf8Value() : "an object";
}

std::string joined(std::string_view a, std::string_view b) { return std::string(a).append(b); }

}  // namespace

void refuse(Napi::Value value, std::string_view where, std::string_view expected) {
  refuse(value.Env(), where, joined("expected ", expected) + ", got " + describe(value));
}

void refuse(Napi::Env env, std::string_view where, std::string_view message) {
  throw Napi::TypeError::New(env, joined(where, ": ").append(message));
}

std::int64_t integerArgument(Napi::Value value, std::string_view where, std::int64_t least, std::int64_t greatest) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (!(number >= static_cast<double>(least) && number <= static_cast<double>(greatest)) ||
      number != std::trunc(number)) {
    refuse(value, where, "an integer from " + std::to_string(least) + " to " + std::to_string(greatest));
  }
  return static_cast<std::int64_t>(number);
}

double finiteArgument(Napi::Value value, std::string_view where) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (!std::isfinite(number)) refuse(value, where, "a finite number");
  return number;
}

std::string stringArgument(Napi::Value value, std::string_view where) {
  if (!value.IsString()) refuse(value, where, "a string");
  return value.ToString();
}

Napi::Array arrayArgument(Napi::Value value, std::string_view where) {
  if (!value.IsArray()) refuse(value, where, "an array");
  return value.As<Napi::Array>();
}

Napi::Object objectArgument(Napi::Value value, std::string_view where) {
  if (!value.IsObject() || value.IsFunction()) refuse(value, where, "an object");
  return value.As<Napi::Object>();
}

template <typename T>
bool isTypedArray(Napi::Value value) {
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == TypedArrayClass<T>::kType;
}

template <typename T>
TypedArrayArgument<T> typedArrayArgument(Napi::Value value, std::string_view where) {
  if (!isTypedArray<T>(value)) refuse(value, where, TypedArrayClass<T>::kName);
  const auto array = value.As<Napi::TypedArrayOf<T>>();
  const Napi::ArrayBuffer buffer = array.ArrayBuffer();
  // What is no ArrayBuffer here is a SharedArrayBuffer, which Node-API has no name for.
  const bool isShared = !buffer.IsArrayBuffer();
  // Its length reads as 0: it would pass for an empty array.
  if (!isShared && buffer.IsDetached()) refuse(value.Env(), where, "the array is detached: its buffer was transferred");
  return {std::span<const T>(array.Data(), array.ElementLength()), isShared};
}

template bool isTypedArray<std::int8_t>(Napi::Value);
template bool isTypedArray<std::uint8_t>(Napi::Value);
template TypedArrayArgument<float> typedArrayArgument<float>(Napi::Value, std::string_view);
template TypedArrayArgument<double> typedArrayArgument<double>(Napi::Value, std::string_view);
template TypedArrayArgument<std::int8_t> typedArrayArgument<std::int8_t>(Napi::Value, std::string_view);
template TypedArrayArgument<std::uint8_t> typedArrayArgument<std::uint8_t>(Napi::Value, std::string_view);
template TypedArrayArgument<std::int32_t> typedArrayArgument<std::int32_t>(Napi::Value, std::string_view);

}  // namespace calibrt
