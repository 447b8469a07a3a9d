# find_package(fastseg) gives the target fastseg::fastseg.
get_filename_component(_fastseg_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET fastseg::fastseg)
  add_library(fastseg::fastseg SHARED IMPORTED)
  set_target_properties(fastseg::fastseg PROPERTIES
    IMPORTED_LOCATION "${_fastseg_prefix}/lib/libfastseg.so"
    IMPORTED_SONAME "libfastseg.so"
    INTERFACE_INCLUDE_DIRECTORIES "${_fastseg_prefix}/include")
endif()
unset(_fastseg_prefix)
