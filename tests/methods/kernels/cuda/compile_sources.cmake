# cmake -DNVCC=FILE -DFLAGS=LIST -DSOURCES=LIST -DINCLUDE=FOLDER -DFOLDER=FOLDER -P compile_sources.cmake: machine code for
# sm_80 and sm_90 and PTX of each source, warnings being errors.
if(NOT EXISTS "${NVCC}")
  message("skipped: no nvcc on the path")
  return()
endif()
foreach(source IN LISTS SOURCES)
  get_filename_component(name ${source} NAME_WE)
  execute_process(COMMAND ${NVCC} ${FLAGS} --Werror all-warnings -I${INCLUDE}
      -gencode arch=compute_80,code=sm_80 -gencode arch=compute_90,code=sm_90 -gencode arch=compute_90,code=compute_90
      -c ${source} -o ${FOLDER}/${name}.fatbin.o
    RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "nvcc refuses ${source}")
  endif()
endforeach()
