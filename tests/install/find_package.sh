#!/bin/sh
# find_package.sh [BUILD_DIR]: an installed Weir can be used. Installs from a build directory (build/release) into a
# fresh prefix, moves that elsewhere, builds examples/library by find_package and by pkg-config, runs both, and holds
# what they print against what the example's README promises.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
build=${1:-$root/build/release}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "find_package.sh: $1" >&2
  exit 1
}

cmake --install "$build" --prefix "$work/first" >"$work/install.log" || { cat "$work/install.log" >&2; exit 1; }
mv "$work/first" "$work/moved"
libdir=$(dirname "$(find "$work/moved" -name libweir.so)")
sed -n 's/^    \(call .*\)$/\1/p' "$root/examples/library/README.md" >"$work/expected"
[ -s "$work/expected" ] || fail "the example's README promises no output"

cmake -S "$root/examples/library" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$work/moved" >"$work/cmake.log"
cmake --build "$work/cmake" >>"$work/cmake.log" || { cat "$work/cmake.log" >&2; exit 1; }
"$work/cmake/example" >"$work/by_cmake"
cmp "$work/expected" "$work/by_cmake" || fail "built by find_package, the example prints something else"

PKG_CONFIG_PATH=$libdir/pkgconfig
export PKG_CONFIG_PATH
# shellcheck disable=SC2046 # the flags are words
"${CXX:-c++}" -std=c++23 "$root/examples/library/main.cpp" $(pkg-config --cflags --libs weir) -o "$work/example"
LD_LIBRARY_PATH=$libdir "$work/example" >"$work/by_pkg_config"
cmp "$work/expected" "$work/by_pkg_config" || fail "built by pkg-config, the example prints something else"

# The same with counters in Redis, on a port that is free.
sed -n 's/^    \(call .*\)$/\1/p' "$root/examples/redis/README.md" >"$work/expected_redis"
[ -s "$work/expected_redis" ] || fail "the Redis example's README promises no output"
cmake -S "$root/examples/redis" -B "$work/redis" -DCMAKE_PREFIX_PATH="$work/moved" >"$work/cmake.log"
cmake --build "$work/redis" >>"$work/cmake.log" || { cat "$work/cmake.log" >&2; exit 1; }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$work" >"$work/redis.log" &
redis=$!
trap 'kill $redis; rm -rf "$work"' EXIT
until redis-cli -p "$port" ping >/dev/null 2>&1; do
  kill -0 $redis || { cat "$work/redis.log" >&2; fail "redis-server did not start"; }
done
"$work/redis/redis_example" "redis://127.0.0.1:$port" >"$work/by_redis"
cmp "$work/expected_redis" "$work/by_redis" || fail "the Redis example prints something else"

# Only names of Weir come out of the library.
foreign=$(nm -DC --defined-only "$libdir/libweir.so" | cut -d' ' -f3- | grep -v -E '^((vtable|typeinfo|typeinfo name) for )?weir::' || true)
[ -z "$foreign" ] || fail "libweir.so shows foreign names: $foreign"
inside=$(nm -DC --defined-only "$libdir/libweir.so" | cut -d' ' -f3- | grep -E '^weir::(limits|limiter|store)::|::Impl::' || true)
[ -z "$inside" ] || fail "libweir.so shows its inside: $inside"

echo "find_package.sh: the example builds from an installed tree by find_package and by pkg-config"
