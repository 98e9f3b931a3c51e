add_library(ptq_warnings INTERFACE)
target_compile_options(ptq_warnings INTERFACE -Wall -Wextra $<$<BOOL:${PTQBENCH_WERROR}>:-Werror>)
