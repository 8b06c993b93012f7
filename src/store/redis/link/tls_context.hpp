// tls_context.hpp: what all TLS connections of a client have in common. TLS 1.2 or later; the server's certificate is
// always verified.
#pragma once

#include "store/redis/client/client_options.hpp"

#include <expected>
#include <memory>
#include <string>

typedef struct ssl_ctx_st SSL_CTX;

namespace weir::store::redis {

class TlsContext {
 public:
  // The error names the file that can't be used, and says why.
  [[nodiscard]] static std::expected<std::shared_ptr<const TlsContext>, std::string> make(const TlsFiles& files);
  [[nodiscard]] SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const;
  };
  std::unique_ptr<SSL_CTX, Free> context_;
};

// What OpenSSL complained about last; empties its queue.
[[nodiscard]] std::string tls_error();

}  // namespace weir::store::redis
