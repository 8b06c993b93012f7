#include "usage/body_reader.hpp"

#include <array>

namespace weir::usage {
namespace {

constexpr std::uint64_t max_growth = 256;  // what models write shrinks to a tenth, not more
constexpr std::uint64_t growth_slack = 1U << 20;
constexpr std::size_t room_size = 16U << 10;  // on the stack, of one call

}  // namespace

BodyReader::BodyReader(Protocol protocol, std::string_view content_type, std::string_view content_encoding) noexcept
    : reader_(protocol, content_type) {
  const Encoding encoding = encoding_of(content_encoding);
  if (encoding == Encoding::identity) return;
  decoder_ = make_decoder(encoding);
  if (decoder_ == nullptr) {
    unread_ = encoding == Encoding::unknown ? Unread::unknown_encoding : Unread::window_too_large;
  }
}

void BodyReader::read(std::string_view bytes) noexcept {
  passed_ += bytes.size();
  if (unread_ != Unread::no) {
    passed_unread_ += bytes.size();
  } else if (decoder_ == nullptr) {
    reader_.read(bytes);
  } else {
    read_decoded(bytes);
  }
}

void BodyReader::read_decoded(std::string_view bytes) noexcept {
  std::array<char, room_size> room;
  while (const std::size_t size = decoder_->decode(bytes, room)) {
    reader_.read({room.data(), size});
    decoded_ += size;
    if (decoded_ > growth_slack + max_growth * passed_) {
      unread_ = Unread::too_much;
      break;
    }
    if (decoder_->unread() != Unread::no) break;
  }
  if (unread_ == Unread::no) unread_ = decoder_->unread();
  if (unread_ == Unread::no) return;
  passed_unread_ = decoded_ == 0 ? passed_ : passed_unread_ + bytes.size();
  decoder_.reset();
}

void BodyReader::end() noexcept {
  truncated_ = decoder_ != nullptr && passed_ > 0 && !decoder_->whole();
  decoder_.reset();
  reader_.end();
}

Observation BodyReader::observe() const noexcept {
  Observation now = reader_.observe();
  now.truncated = now.truncated || truncated_;
  if (unread_ != Unread::no) {
    now.broken = true;
    now.final = now.final && now.last_event;  // what follows the last event is no matter
  }
  return now;
}

}  // namespace weir::usage
