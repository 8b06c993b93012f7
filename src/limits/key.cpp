#include <weir/key.hpp>

namespace weir {

const char Key::numbers = 0;

}  // namespace weir
