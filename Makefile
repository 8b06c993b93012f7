# What people type. Each target installs what it misses (scripts/bootstrap), nothing else.
PREFIX ?= /usr/local
DESTDIR ?=

.PHONY: help run test build bench lint install package clean

help:
	@echo 'make run       install what is missing, build, start a gateway and a demo upstream on 127.0.0.1:8080'
	@echo 'make test      install what is missing, build, run every test'
	@echo 'make build     the release build: build/release/weir, libweir_envoy.so, libweir.so'
	@echo 'make bench     side by side with others, the tables into docs/benchmarks.md'
	@echo 'make lint      format, doors, clang-tidy, shellcheck, ruff'
	@echo 'make install   to PREFIX ($(PREFIX)), below DESTDIR'
	@echo 'make package   a .deb in build/package'
	@echo 'make clean     remove build/'

run:
	@exec scripts/run

test:
	@scripts/bootstrap test
	@exec scripts/test

build:
	@scripts/bootstrap build
	@scripts/build weir_command weir_envoy libweir.so lambda-cpp

bench:
	@scripts/bootstrap bench
	@scripts/build weir_command weir_envoy
	@exec bench/run

lint:
	@scripts/bootstrap lint
	@exec scripts/lint

install: build
	@DESTDIR='$(DESTDIR)' cmake --install build/release --prefix '$(PREFIX)'

package: build
	@scripts/bootstrap package
	@cmake -E make_directory build/package
	@cd build/package && cpack -G DEB --config ../release/CPackConfig.cmake

clean:
	rm -rf build
