// export.hpp: marks what libweir.so shows to its users; everything else in it is hidden.
#pragma once

#define WEIR_API __attribute__((visibility("default")))
#define WEIR_LOCAL __attribute__((visibility("hidden")))  // of a class within one that is shown
