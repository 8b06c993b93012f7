# installation.cmake: libweir.so (the library, without the gateway), and what find_package(weir) and pkg-config need.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The rooms' objects are built with hidden symbols; only what WEIR_API marks comes out (libweir.map).
add_library(weir SHARED $<TARGET_OBJECTS:weir_limits> $<TARGET_OBJECTS:weir_store> $<TARGET_OBJECTS:weir_store_url>
                        $<TARGET_OBJECTS:weir_redis> $<TARGET_OBJECTS:weir_limiter> $<TARGET_OBJECTS:weir_event_stream>
                        $<TARGET_OBJECTS:weir_lambda> $<TARGET_OBJECTS:weir_lambda_host>
                        $<TARGET_OBJECTS:weir_analytics>)
add_library(weir::weir ALIAS weir)
set_target_properties(weir PROPERTIES LINKER_LANGUAGE CXX VERSION ${PROJECT_VERSION} SOVERSION 0
                                      LINK_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/libweir.map)
target_compile_features(weir INTERFACE cxx_std_23)
target_include_directories(weir INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>
                                          $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(weir PRIVATE Threads::Threads PkgConfig::RE2 OpenSSL::SSL)
target_link_options(weir PRIVATE -Wl,--version-script=${CMAKE_CURRENT_LIST_DIR}/libweir.map -Wl,--as-needed)
if(NOT WEIR_SANITIZE)
  target_link_options(weir PRIVATE -Wl,-z,defs)  # a room that is forgotten above is found here, not by a user
endif()

install(TARGETS weir EXPORT weir-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/weir DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT weir-targets NAMESPACE weir:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/weir)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/weir-config.cmake.in ${CMAKE_BINARY_DIR}/cmake/weir-config.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/weir)
# Before 1.0 a minor version may change what a program was built against.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/cmake/weir-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/cmake/weir-config.cmake ${CMAKE_BINARY_DIR}/cmake/weir-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/weir)

# From the .pc file back to the prefix, so that an installed tree can be moved.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY
           ${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/pkgconfig OUTPUT_VARIABLE pc_to_prefix)
configure_file(${CMAKE_CURRENT_LIST_DIR}/weir.pc.in ${CMAKE_BINARY_DIR}/cmake/weir.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/cmake/weir.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The gateway: `weir` looks for its module beside itself, then in ../lib/weir.
if(TARGET weir_command)
  install(TARGETS weir_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES ${CMAKE_SOURCE_DIR}/man/weir.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${CMAKE_BINARY_DIR}/completions/weir DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  foreach(folder site-functions vendor-completions)  # Debian's zsh looks into the first below /usr/local, the other below /usr
    install(FILES ${CMAKE_BINARY_DIR}/completions/_weir DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${folder})
  endforeach()
  install(FILES ${CMAKE_BINARY_DIR}/completions/weir.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
if(TARGET weir_envoy)
  install(TARGETS weir_envoy LIBRARY DESTINATION lib/weir)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME weir)
set(CPACK_PACKAGE_CONTACT "the Weir maintainers")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_STRIP_FILES ON)
include(CPack)
