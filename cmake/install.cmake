# What is installed: the program, the library with its headers, how CMake and pkg-config find it, and a Debian package.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The tests need not be built to install: `ninja gradus gradus_face` is enough.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/gradus)
install(TARGETS gradus RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS gradus_face EXPORT gradus-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/gradus DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT gradus-targets NAMESPACE gradus:: DESTINATION ${config_folder})
file(WRITE ${CMAKE_BINARY_DIR}/gradus-config.cmake "include(\${CMAKE_CURRENT_LIST_DIR}/gradus-targets.cmake)\n")
write_basic_package_version_file(${CMAKE_BINARY_DIR}/gradus-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/gradus-config.cmake ${CMAKE_BINARY_DIR}/gradus-config-version.cmake
        DESTINATION ${config_folder})

# The folder of the .pc file tells the prefix: the tree may be moved.
file(RELATIVE_PATH to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/gradus.pc.in gradus.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/gradus.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME gradus)
set(CPACK_PACKAGE_VENDOR gradus)
set(CPACK_PACKAGE_CONTACT "The gradus developers <gradus@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Checks derivations of derivatives and compiles them to native code")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION math)
# Vector functions are looked up in libsleef, factorisations in OpenBLAS or another LAPACK, when a kernel asks for them;
# the rest is found by shlibdeps.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libsleef3, libopenblas0 | liblapack3")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
include(CPack)
