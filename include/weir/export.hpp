// export.hpp: marks what libweir.so shows to its users; everything else in it is hidden.
#pragma once

#define WEIR_API __attribute__((visibility("default")))
