// asio.cpp: what Boost.Asio is made of, once. Its TLS is not: transport.cpp stands on OpenSSL itself, which can stop
// waiting at any point and go on later.
#include <boost/asio/impl/src.hpp>
