// asio.cpp: what Boost.Asio is made of, once.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
