// Bodies are packed and unpacked over zlib, whole but for sources.
#include "src/http/compression.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "src/http/text.h"

namespace server::http {
namespace {

constexpr int k_zlib_window = 15;
constexpr int k_gzip_window = 15 + 16;
constexpr int k_raw_window = -15;
constexpr std::size_t k_first_output_bytes = 16 * 1024;

struct Inflater {
  z_stream stream{};
  bool usable;
  explicit Inflater(int window) : usable(inflateInit2(&stream, window) == Z_OK) {}
  ~Inflater() {
    if (usable) inflateEnd(&stream);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

struct Deflater {
  z_stream stream{};
  bool usable;
  Deflater()
      : usable(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, k_gzip_window, 8,
                            Z_DEFAULT_STRATEGY) == Z_OK) {}
  ~Deflater() {
    if (usable) deflateEnd(&stream);
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
};

Bytef* bytes_of(const char* text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text));  // zlib's input is not const
}

/// Of unknown size; each piece is what one piece of the plain source, or several, came to.
class GzipSource final : public BodySource {
 public:
  explicit GzipSource(std::shared_ptr<BodySource> plain) : plain_(std::move(plain)) {}
  bool is_usable() const { return deflater_.usable; }

  std::optional<std::uint64_t> size() const override { return std::nullopt; }

  bool next(std::string& piece) override {
    while (piece.empty() && !is_ended_) {
      input_.clear();
      if (!plain_->next(input_)) return false;
      is_ended_ = input_.empty();
      if (!pack(piece)) return false;
    }
    return true;
  }

 private:
  bool pack(std::string& piece) {
    z_stream& stream = deflater_.stream;
    stream.next_in = bytes_of(input_.data());
    stream.avail_in = static_cast<uInt>(input_.size());
    int code = Z_OK;
    do {
      stream.next_out = bytes_of(output_.data());
      stream.avail_out = static_cast<uInt>(output_.size());
      code = deflate(&stream, is_ended_ ? Z_FINISH : Z_NO_FLUSH);
      if (code == Z_STREAM_ERROR) return false;
      piece.append(output_.data(), output_.size() - stream.avail_out);
    } while (stream.avail_out == 0);
    return !is_ended_ || code == Z_STREAM_END;
  }

  std::shared_ptr<BodySource> plain_;
  Deflater deflater_;
  std::string input_;
  std::array<char, k_first_output_bytes> output_;
  bool is_ended_ = false;
};

// Makes room behind the `used` bytes of `out`: doubles it up to one byte above the limit, so that
// "exactly the limit" and "more" can be told apart.
void grow(z_stream& stream, std::string& out, std::size_t used, std::size_t bytes_max) {
  const std::size_t size = std::min(std::max(out.size() * 2, k_first_output_bytes), bytes_max + 1);
  out.resize(size);
  stream.next_out = bytes_of(out.data() + used);
  stream.avail_out = static_cast<uInt>(size - used);
}

DecodeOutcome inflate_all(int window, std::string_view packed, std::size_t bytes_max,
                          std::string& out) {
  Inflater inflater(window);
  z_stream& stream = inflater.stream;
  out.clear();
  if (!inflater.usable || packed.size() > std::numeric_limits<uInt>::max()) {
    return DecodeOutcome::too_large;
  }
  stream.next_in = bytes_of(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::size_t used = 0;
  for (;;) {
    if (stream.avail_out == 0) grow(stream, out, used, bytes_max);
    const int code = inflate(&stream, Z_NO_FLUSH);
    used = out.size() - stream.avail_out;
    if (used > bytes_max) return DecodeOutcome::too_large;
    if (code == Z_STREAM_END) {
      if (stream.avail_in == 0) break;
      // "A gzip file consists of a series of members" (RFC 1952 section 2.2)
      if (window != k_gzip_window || inflateReset(&stream) != Z_OK) return DecodeOutcome::bad_data;
    } else if (code != Z_OK || (stream.avail_in == 0 && stream.avail_out != 0)) {
      return DecodeOutcome::bad_data;
    }
  }
  out.erase(used);
  return DecodeOutcome::ok;
}

// The weight of one Accept-Encoding element in thousandths; 1000 when it names none.
int weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto parameter = take_until(parameters, ';');
    if (parameter.size() < 3 || lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
    int weight = parameter[2] == '1' ? 1000 : 0;
    int unit = 100;
    for (std::size_t i = 4; i < parameter.size() && i < 7; ++i, unit /= 10) {
      if (parameter[i] >= '0' && parameter[i] <= '9') weight += (parameter[i] - '0') * unit;
    }
    return std::min(weight, 1000);
  }
  return 1000;
}

}  // namespace

std::optional<Coding> content_coding(std::string_view field) {
  auto found = Coding::identity;
  while (!field.empty()) {
    const auto name = take_until(field, ',');
    if (name.empty() || equals_without_case(name, "identity")) continue;
    if (found != Coding::identity) return std::nullopt;
    if (equals_without_case(name, "gzip") || equals_without_case(name, "x-gzip")) {
      found = Coding::gzip;
    } else if (equals_without_case(name, "deflate")) {
      found = Coding::deflate;
    } else {
      return std::nullopt;
    }
  }
  return found;
}

bool accepts_gzip(std::string_view field) {
  int gzip_weight = -1;
  int identity_weight = -1;
  int any_weight = -1;
  while (!field.empty()) {
    auto element = take_until(field, ',');
    const auto name = take_until(element, ';');
    const int weight = weight_of(element);
    if (equals_without_case(name, "gzip") || equals_without_case(name, "x-gzip")) {
      gzip_weight = std::max(gzip_weight, weight);
    } else if (equals_without_case(name, "identity")) {
      identity_weight = weight;
    } else if (name == "*") {
      any_weight = weight;
    }
  }
  if (gzip_weight < 0) gzip_weight = any_weight;
  return gzip_weight > 0 && gzip_weight >= identity_weight;
}

bool is_compressible(std::string_view content_type) {
  const auto type = take_until(content_type, ';');
  return type.starts_with("text/") || type.find("json") != std::string_view::npos ||
         type.find("xml") != std::string_view::npos || type.ends_with("javascript");
}

DecodeOutcome decode(Coding coding, std::string_view packed, std::size_t bytes_max,
                     std::string& out) {
  if (coding == Coding::gzip) return inflate_all(k_gzip_window, packed, bytes_max, out);
  if (coding == Coding::identity) {
    if (packed.size() > bytes_max) return DecodeOutcome::too_large;
    out.assign(packed);
    return DecodeOutcome::ok;
  }
  const auto outcome = inflate_all(k_zlib_window, packed, bytes_max, out);
  if (outcome != DecodeOutcome::bad_data) return outcome;
  // "Some non-conformant implementations send the deflate data without the zlib wrapper."
  return inflate_all(k_raw_window, packed, bytes_max, out);
}

std::string gzip(std::string_view plain) {
  thread_local Deflater deflater;  // its 256 KiB are cleared, not allocated, for each body
  z_stream& stream = deflater.stream;
  if (!deflater.usable || deflateReset(&stream) != Z_OK) return {};
  if (plain.size() > std::numeric_limits<uInt>::max() / 2) return {};
  std::string packed(deflateBound(&stream, static_cast<uLong>(plain.size())), '\0');
  stream.next_in = bytes_of(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = bytes_of(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return {};
  packed.erase(packed.size() - stream.avail_out);
  return packed;
}

std::shared_ptr<BodySource> gzip(std::shared_ptr<BodySource> plain) {
  auto packed = std::make_shared<GzipSource>(std::move(plain));
  if (!packed->is_usable()) return nullptr;
  return packed;
}

}  // namespace server::http
