# cmake -DOUTPUT=FILE -DFOLDER=results/published -P EmbedPublished.cmake: a C++ source that holds the YAML files of FOLDER.
file(GLOB files RELATIVE ${FOLDER} ${FOLDER}/*.yaml)
list(SORT files)
set(source "// Made from results/published/ by cmake/EmbedPublished.cmake.
#include \"harness/published/published_reader.h\"

namespace ptqbench {

const std::vector<PublishedFile>& shipped_published_files() {
  static const std::vector<PublishedFile> files = {
")
foreach(name IN LISTS files)
  file(READ ${FOLDER}/${name} text)
  string(FIND "${text}" ")published\"" at)
  if(NOT at EQUAL -1)
    message(FATAL_ERROR "${name} holds the mark that ends its text in the program")
  endif()
  string(APPEND source "      {\"results/published/${name}\", R\"published(${text})published\"},\n")
endforeach()
string(APPEND source "  };
  return files;
}

}  // namespace ptqbench
")
file(WRITE ${OUTPUT} "${source}")
