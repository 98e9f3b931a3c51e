# cmake -DOUTPUT=FILE -DTEXT=FILE -DHEADER=PATH -DFUNCTION=NAME -P EmbedText.cmake: a C++ source that defines
# `const std::string& NAME()`, the text of the file; HEADER declares it.
file(READ ${TEXT} text)
string(FIND "${text}" ")embedded\"" at)
if(NOT at EQUAL -1)
  message(FATAL_ERROR "${TEXT} holds the mark that ends its text in the program")
endif()
file(WRITE ${OUTPUT} "// Made by cmake/EmbedText.cmake.
#include \"${HEADER}\"

namespace ptqbench {

const std::string& ${FUNCTION}() {
  static const std::string text = R\"embedded(${text})embedded\";
  return text;
}

}  // namespace ptqbench
")
