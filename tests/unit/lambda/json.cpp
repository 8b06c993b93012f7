// json.cpp: Boost.JSON, the tests' other opinion, compiled here once.
#include <boost/json/src.hpp>
