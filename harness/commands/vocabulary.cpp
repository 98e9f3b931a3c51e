#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/commands/commands.h"
#include "tasks/text/vocabulary_builder.h"
#include "tasks/text/wordnet.h"
#include "tasks/text/wordnet_texts.h"

namespace ptqbench {
namespace {

struct VocabularyOptions {
  std::string dataset = "wordnet";
  std::string root = wordnet_root();
  int64_t size = 8000;
  std::filesystem::path output;
};

int build(const VocabularyOptions& options) {
  const auto texts = wordnet_training_texts(options.root);
  const auto tokens = build_vocabulary(texts, options.size, Casing::kLower);
  write_vocabulary(options.output, tokens);
  fmt::print("{} tokens from {} texts in {}\n", tokens.size(), texts.size(),
             options.output.string());
  return 0;
}

}  // namespace

void add_vocabulary(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<VocabularyOptions>();
  auto* command = app.add_subcommand(
      "vocabulary", "build a lower-case WordPiece vocabulary from a data set's training split");
  command->add_option("--dataset", options->dataset, "wordnet: both of its tasks")
      ->check(CLI::IsMember({"wordnet"}))
      ->capture_default_str();
  command->add_option("--root", options->root, "folder of the data set")->capture_default_str();
  command->add_option("--size", options->size, "number of tokens")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--output", options->output, "file to write, one token a line")->required();
  command->callback(
      [options, &chosen] { chosen = on_rank_zero([options] { return build(*options); }); });
}

}  // namespace ptqbench
