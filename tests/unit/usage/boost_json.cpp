// The oracle's code, once: Boost.JSON is header-only here.
#include <boost/json/src.hpp>
