#include "store/redis/link/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstring>

namespace weir::store::redis {
namespace {

std::string sentence(const std::string& what, const std::string& file) {
  const std::string why = tls_error();
  return what + " " + file + ": " + (why.empty() ? "not understood" : why);
}

}  // namespace

std::string tls_error() {
  unsigned long first = 0;
  while (const unsigned long error = ERR_get_error()) first = first == 0 ? error : first;
  if (first == 0) return {};
  if (ERR_SYSTEM_ERROR(first)) return std::strerror(ERR_GET_REASON(first));
  const char* const reason = ERR_reason_error_string(first);
  return reason == nullptr ? "error " + std::to_string(first) : reason;
}

void TlsContext::Free::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

std::expected<std::shared_ptr<const TlsContext>, std::string> TlsContext::make(const TlsFiles& files) {
  const auto made = std::make_shared<TlsContext>();
  made->context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = made->context_.get();
  if (context == nullptr) return std::unexpected("TLS can't be set up: " + tls_error());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return -1; });  // never asks on a terminal
  if (files.ca.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1) {
      return std::unexpected("the system's authorities can't be read: " + tls_error());
    }
  } else if (SSL_CTX_load_verify_file(context, files.ca.c_str()) != 1) {
    return std::unexpected(sentence("no authorities can be read from", files.ca));
  }
  if (files.cert.empty() != files.key.empty()) {
    return std::unexpected("a certificate for TLS needs its key, and a key its certificate");
  }
  if (files.cert.empty()) return made;
  if (SSL_CTX_use_certificate_chain_file(context, files.cert.c_str()) != 1) {
    return std::unexpected(sentence("no certificate can be read from", files.cert));
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return std::unexpected(sentence("no key of " + files.cert + " can be read from", files.key));
  }
  return made;
}

}  // namespace weir::store::redis
