#include "app/data.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>

namespace gradus {
namespace {

Diagnostic trouble(std::string message, std::string help) {
  return {Severity::error, "data", {}, std::move(message), std::move(help)};
}

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::size_t count_of(const std::vector<long>& shape) {
  std::size_t count = 1;
  for (const long extent : shape) count *= static_cast<std::size_t>(extent);
  return count;
}

template <class T>
std::vector<double> converted(const std::string& bytes, std::size_t from, std::size_t count) {
  std::vector<double> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, bytes.data() + from + i * sizeof(T), sizeof(T));
    out[i] = static_cast<double>(value);
  }
  return out;
}

/// What stands behind 'key': in the header's dictionary.
std::string_view entry(std::string_view header, std::string_view key) {
  const std::size_t at = header.find(key);
  if (at == std::string_view::npos) return {};
  const std::size_t colon = header.find(':', at);
  return colon == std::string_view::npos ? std::string_view{} : header.substr(colon + 1);
}

std::vector<double> rows_first(const std::vector<double>& columns_first, const std::vector<long>& shape) {
  std::vector<double> out(columns_first.size());
  for (std::size_t to = 0; to < out.size(); ++to) {
    std::size_t rest = to, from = 0;
    std::vector<std::size_t> index(shape.size());
    for (std::size_t d = shape.size(); d-- > 0;) {
      index[d] = rest % static_cast<std::size_t>(shape[d]);
      rest /= static_cast<std::size_t>(shape[d]);
    }
    for (std::size_t d = shape.size(); d-- > 0;) from = from * static_cast<std::size_t>(shape[d]) + index[d];
    out[to] = columns_first[from];
  }
  return out;
}

Result<Array> read_npy(const std::string& path, const std::string& bytes) {
  const auto broken = [&] { return trouble(path + " is not a whole NPY file", "save it again with numpy.save"); };
  if (bytes.size() < 12 || bytes.compare(0, 6, "\x93NUMPY") != 0) return broken();
  const bool wide = bytes[6] >= 2;
  std::uint32_t length = static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
  if (wide)
    length += 65536U * static_cast<unsigned char>(bytes[10]) + 16777216U * static_cast<unsigned char>(bytes[11]);
  const std::size_t begin = wide ? 12 : 10;
  if (bytes.size() < begin + length) return broken();
  const std::string_view header(bytes.data() + begin, length);
  Array out;
  std::string_view shape = entry(header, "'shape'");
  const std::size_t open = shape.find('('), close = shape.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return broken();
  shape = shape.substr(open + 1, close - open - 1);
  double total = 1;
  for (std::size_t at = 0; at < shape.size();) {
    if (shape[at] < '0' || shape[at] > '9') {
      ++at;
      continue;
    }
    long extent = 0;
    const auto [end, error] = std::from_chars(shape.data() + at, shape.data() + shape.size(), extent);
    if (error != std::errc()) return broken();
    out.shape.push_back(extent);
    total *= static_cast<double>(extent);
    at = static_cast<std::size_t>(end - shape.data());
  }
  if (total > static_cast<double>(bytes.size())) return broken();
  const std::size_t count = count_of(out.shape), from = begin + length;
  const std::string_view type = entry(header, "'descr'");
  const auto is = [&](std::string_view code) { return type.find(code) < 4; };
  const std::size_t width = is("f8") || is("i8") ? 8 : 4;
  if (bytes.size() < from + count * width) return broken();
  if (is("<f8"))
    out.values = converted<double>(bytes, from, count);
  else if (is("<f4"))
    out.values = converted<float>(bytes, from, count);
  else if (is("<i8"))
    out.values = converted<std::int64_t>(bytes, from, count);
  else if (is("<i4"))
    out.values = converted<std::int32_t>(bytes, from, count);
  else
    return trouble(path + " holds numbers of a kind that is not read", "save it as float64: a.astype(float)");
  if (entry(header, "'fortran_order'").find("True") < 3) out.values = rows_first(out.values, out.shape);
  return out;
}

Result<Array> read_table(const std::string& path, const std::string& text) {
  Array out;
  std::istringstream lines(text);
  std::string line;
  long rows = 0, columns = -1;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::vector<double> row;
    bool words = false;
    if (const std::size_t gap = line.find(",,"); gap != std::string::npos)
      return trouble(fmt::format("{}, line {}: a value is missing", path, number),
                     "take missing values out of the table");
    for (std::size_t at = 0; at < line.size();) {
      const char c = line[at];
      if (c == ',' || c == ';' || c == ' ' || c == '\t' || c == '\r') {
        ++at;
        continue;
      }
      std::size_t end = at;
      while (end < line.size() && std::strchr(",; \t\r", line[end]) == nullptr) ++end;
      const char* first = line.data() + at + (c == '+' ? 1 : 0);
      double value = 0;
      const auto [stop, error] = std::from_chars(first, line.data() + end, value);
      if (error != std::errc() || stop != line.data() + end) {
        words = true;
        if (number > 1)
          return trouble(fmt::format("{}, line {}: \"{}\" is no number", path, number, line.substr(at, end - at)),
                         "take words and missing values out of the table");
        break;
      }
      row.push_back(value);
      at = end;
    }
    if (words || row.empty()) continue;
    if (columns >= 0 && columns != static_cast<long>(row.size()))
      return trouble(
          fmt::format("{}, line {}: {} numbers where the lines before have {}", path, number, row.size(), columns),
          "give every line the same number of columns");
    columns = static_cast<long>(row.size());
    ++rows;
    out.values.insert(out.values.end(), row.begin(), row.end());
  }
  if (rows == 0) return trouble(path + " has no numbers in it", "give one row a line");
  out.table = {rows, columns};
  if (rows == 1 && columns == 1)
    out.shape = {};
  else if (rows == 1 || columns == 1)
    out.shape = {rows * columns};
  else
    out.shape = {rows, columns};
  return out;
}

}  // namespace

Result<Array> read_array(const std::string& path) {
  double number = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
  if (error == std::errc() && end == path.data() + path.size()) return Array{{}, {number}, false, {}};
  std::ifstream file(path, std::ios::binary);
  if (!file) return trouble("there is no file " + path, "check the name");
  std::ostringstream content;
  content << file.rdbuf();
  const std::string bytes = content.str();
  return ends_with(path, ".npy") || bytes.compare(0, 6, "\x93NUMPY") == 0 ? read_npy(path, bytes)
                                                                          : read_table(path, bytes);
}

std::string npy_of(const Array& array) {
  std::string shape;
  for (const long extent : array.shape) shape += std::to_string(extent) + ", ";
  if (array.shape.size() > 1) shape.resize(shape.size() - 2);
  const std::string type = array.single ? "<f4" : "<f8";
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(header.size() % 256);
  out += static_cast<char>(header.size() / 256);
  out += header;
  const auto append = [&](const auto& values) {
    if (!values.empty()) out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0]));
  };
  if (array.single)
    append(std::vector<float>(array.values.begin(), array.values.end()));
  else
    append(array.values);
  return out;
}

std::string csv_of(const Array& array) {
  std::string out;
  const std::size_t columns = array.shape.empty() ? 1 : static_cast<std::size_t>(array.shape.back());
  for (std::size_t i = 0; i < array.values.size(); ++i) {
    const bool last = (i + 1) % columns == 0 || array.shape.size() < 2;
    out += array.single ? fmt::format("{}", static_cast<float>(array.values[i])) : fmt::format("{}", array.values[i]);
    out += last ? "\n" : ",";
  }
  return out;
}

namespace {

/// Little-endian numbers of a ZIP header.
void put(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

std::uint32_t crc32(const std::string& bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

}  // namespace

/// A ZIP archive whose entries are stored as they are; names in UTF-8, dates of the format's first day.
std::string npz_of(const std::vector<std::pair<std::string, const Array*>>& arrays) {
  std::string out, directory;
  for (const auto& [array_name, array] : arrays) {
    const std::string name = array_name + ".npy", content = npy_of(*array);
    std::string common;
    put(common, 20, 2);
    put(common, 1U << 11, 2);
    put(common, 0, 2);
    put(common, 0x210000, 4);
    put(common, crc32(content), 4);
    for (int i = 0; i < 2; ++i) put(common, static_cast<std::uint32_t>(content.size()), 4);
    put(common, static_cast<std::uint32_t>(name.size()), 2);
    put(common, 0, 2);
    directory += "PK\x01\x02";
    put(directory, 20, 2);
    directory += common;
    directory += std::string(10, '\0');
    put(directory, static_cast<std::uint32_t>(out.size()), 4);
    directory += name;
    out += "PK\x03\x04" + common + name + content;
  }
  std::string end = "PK\x05\x06";
  put(end, 0, 4);
  for (int i = 0; i < 2; ++i) put(end, static_cast<std::uint32_t>(arrays.size()), 2);
  put(end, static_cast<std::uint32_t>(directory.size()), 4);
  put(end, static_cast<std::uint32_t>(out.size()), 4);
  put(end, 0, 2);
  return out + directory + end;
}

Result<bool> write_file(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  file.close();
  if (!file) return trouble("cannot write " + path, "check that its folder is there and may be written to");
  return true;
}

}  // namespace gradus
