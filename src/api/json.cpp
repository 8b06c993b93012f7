// json.cpp: Boost.JSON, compiled here once: Debian's own library is not position independent, so no module can hold it.
#include <boost/json/src.hpp>
