// asio_tls.cpp: what the TLS of Boost.Asio is made of, once.
#include <boost/asio/ssl/impl/src.hpp>
