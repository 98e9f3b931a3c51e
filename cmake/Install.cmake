# cmake --install: `program` by default; `tests` and `benchmarks` only where asked for by name. scripts/bundle.sh packs these.
# What needs files of the source folder, the other tests and benchmarks, stays there.
set(scripts_to_install
  fashion_mnist_folder.py find-libtorch.sh gpu_check.sh libtorch-version.sh mpirun.sh nightly.sh plot_results.py
  rename_tensors.py run-supervised.sh)
list(TRANSFORM scripts_to_install PREPEND scripts/)

install(TARGETS ptqbench DESTINATION bin COMPONENT program)
install(DIRECTORY configs DESTINATION share/ptqbench COMPONENT program)
install(PROGRAMS ${scripts_to_install} DESTINATION share/ptqbench/scripts COMPONENT program)
install(DIRECTORY scripts/plots scripts/slurm DESTINATION share/ptqbench/scripts COMPONENT program USE_SOURCE_PERMISSIONS
  PATTERN __pycache__ EXCLUDE)

# Programs of a component, as far as this build has them, and a target that builds them: install_programs(COMPONENT TARGET ...)
function(install_programs component)
  add_custom_target(${component}_to_install)
  foreach(name IN LISTS ARGN)
    if(TARGET ${name})
      install(TARGETS ${name} DESTINATION bin COMPONENT ${component} EXCLUDE_FROM_ALL)
      add_dependencies(${component}_to_install ${name})
    endif()
  endforeach()
endfunction()

if(PTQBENCH_TESTS)
  install_programs(tests device_group_test methods_cuda_test methods_test)
  install(DIRECTORY tests/golden DESTINATION share/ptqbench/tests COMPONENT tests EXCLUDE_FROM_ALL)
endif()
if(PTQBENCH_BENCHMARKS)
  install_programs(benchmarks coordinator_benchmark encoder_benchmark kernels_benchmark units_benchmark)
endif()
