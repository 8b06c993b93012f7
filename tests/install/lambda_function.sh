#!/bin/sh
# lambda_function.sh [BUILD_DIR]: examples/lambda-cpp is built from an installed Weir (build/release), answers an
# invocation as its README says, and does so out of the zip file that its `package` makes.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
build=${1:-$root/build/release}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$root/.venv/bin/python
[ -x "$python" ] || python=python3

fail() {
  echo "lambda_function.sh: $1" >&2
  exit 1
}

cmake --install "$build" --prefix "$work/weir" >"$work/log" || { cat "$work/log" >&2; exit 1; }
cmake -S "$root/examples/lambda-cpp" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/weir" >"$work/log"
cmake --build "$work/build" >>"$work/log" || { cat "$work/log" >&2; exit 1; }
sed -n '/^    {"allowed"/,/^$/s/^    //p' "$root/examples/lambda-cpp/README.md" >"$work/expected"
[ -s "$work/expected" ] || fail "the example's README promises no answer"

PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
"$python" "$root/tests/install/lambda_function.py" "$work/build/lambda-cpp" >"$work/answer"
cmp "$work/expected" "$work/answer" || fail "it answers something else"

"$root/examples/lambda-cpp/package" "$work/build/lambda-cpp" "$work/function.zip"
mkdir "$work/task"
(cd "$work/task" && cmake -E tar xf "$work/function.zip")
rm -rf "$work/weir"  # nothing may be found but what is in the file
"$python" "$root/tests/install/lambda_function.py" "$work/task/bootstrap" >"$work/answer"
cmp "$work/expected" "$work/answer" || fail "out of the zip file, it answers something else"

echo "lambda_function.sh: the example builds from an installed tree and runs out of its zip file"
