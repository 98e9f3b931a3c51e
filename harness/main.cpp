#include "harness/program.h"

int main(int argc, char** argv) { return ptqbench::run_program(argc, argv); }
