#include "store/redis/upstash/scripts.hpp"

#include "store/redis/layout/script_text.hpp"

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace weir::store::redis::upstash {
namespace {

Script assembled(std::string_view name, std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text.append(script_text(part));
  return Script::of(name, std::move(text));
}

Script each_of(Kind kind) {
  constexpr std::string_view room = "upstash_room";
  constexpr std::string_view each = "upstash_each";
  constexpr std::string_view fixed = "upstash_fixed_window";
  switch (kind) {
    case Kind::fixed_window:
      return assembled("upstash_each_fixed_window", {room, fixed, each});
    case Kind::sliding_window:  // it writes its counter as the fixed window does
      return assembled("upstash_each_sliding_window", {room, fixed, "upstash_sliding_window", each});
    case Kind::token_bucket:
      break;
  }
  return assembled("upstash_each_token_bucket", {room, "upstash_token_bucket", each});
}

}  // namespace

const Script& each_script(Kind kind) {
  static const std::array scripts{each_of(Kind::fixed_window), each_of(Kind::sliding_window),
                                  each_of(Kind::token_bucket)};
  return scripts[static_cast<std::size_t>(kind)];
}

const Script& joint_script() {
  static const Script script = assembled(
      "upstash_joint",
      {"upstash_room", "upstash_fixed_window", "upstash_sliding_window", "upstash_token_bucket", "upstash_joint"});
  return script;
}

const Script& region_each_script() {
  static const Script script =
      assembled("upstash_region_each", {"upstash_room", "upstash_region_windows", "upstash_region_each"});
  return script;
}

const Script& region_joint_script() {
  static const Script script =
      assembled("upstash_region_joint", {"upstash_room", "upstash_region_windows", "upstash_joint"});
  return script;
}

const Script& region_amend_script() {
  static const Script script = assembled("upstash_region_amend", {"upstash_region_amend"});
  return script;
}

const Script& reset_script() {
  static const Script script = assembled("upstash_reset", {"upstash_reset"});
  return script;
}

const Script& undo_script() {
  static const Script script = assembled("upstash_undo", {"upstash_undo"});
  return script;
}

const Script& reset_all_script() {
  static const Script script = assembled("upstash_reset_all", {"upstash_reset_all"});
  return script;
}

const Script& no_reservations_script() {
  static const Script script = assembled("upstash_no_reservations", {"upstash_no_reservations"});
  return script;
}

}  // namespace weir::store::redis::upstash
