#include "gateway/admin_access.hpp"

#include "config/environment.hpp"

#include <stdexcept>
#include <string>

namespace weir::gateway {

api::Access admin_access(const AdminSettings& settings, const config::Environment& environment) {
  if (!settings.token_sha256.empty()) {
    const auto digest = api::digest_from_hex(settings.token_sha256);
    if (!digest) throw std::runtime_error("the admin token's SHA-256 is not 64 hexadecimal digits");
    return {.token = digest};
  }
  if (settings.token_written.empty()) return {};
  const auto expanded = config::expand(settings.token_written, environment);
  if (!expanded) throw std::runtime_error("the admin token: " + expanded.error());
  if (expanded->text.empty()) throw std::runtime_error("the admin token is empty");
  return {.token = api::sha256(expanded->text)};
}

}  // namespace weir::gateway
