#include "tasks/text/squad.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "support/data_error.h"
#include "tasks/data/json_element.h"
#include "tasks/data/json_file.h"
#include "tasks/text/unicode.h"

namespace ptqbench {
namespace {

constexpr size_t kMaxFileBytes = size_t{1} << 30;
constexpr size_t kShownBytes = 80;

/// The beginning of a text, in quotes and without a cut character at its end.
std::string shown(const std::string& text) {
  size_t end = std::min(text.size(), kShownBytes);
  while (end > 0 && end < text.size() && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80) --end;
  return "'" + text.substr(0, end) + (end < text.size() ? "...'" : "'");
}

/// A text with the bytes where its characters begin, and its end.
struct Context {
  explicit Context(const std::string& text) : text(text) {
    for (const auto& character : code_points(text)) starts.push_back(character.begin);
    starts.push_back(static_cast<int64_t>(text.size()));
  }

  bool has_at(int64_t character, const std::string& answer) const {
    if (character < 0 || character >= static_cast<int64_t>(starts.size())) return false;
    const auto begin = static_cast<size_t>(starts[static_cast<size_t>(character)]);
    return text.compare(begin, answer.size(), answer) == 0;
  }

  /// About as much as `bytes`.
  std::string shown_at(int64_t character, int64_t bytes) const {
    if (character < 0 || character >= static_cast<int64_t>(starts.size()) - 1)
      return fmt::format("nothing, as the context has {} characters", starts.size() - 1);
    const auto first = starts.begin() + character;
    const auto last = std::lower_bound(first, starts.end() - 1, *first + bytes);
    return shown(text.substr(static_cast<size_t>(*first), static_cast<size_t>(*last - *first)));
  }

  const std::string& text;
  std::vector<int64_t> starts;
};

class Reader {
 public:
  Reader(const std::filesystem::path& path, std::vector<std::string>* problems)
      : path_(path), problems_(problems) {}

  QuestionDataset read(const JsonElement& file) {
    for (const auto& article : file.member("data").elements()) {
      for (const auto& paragraph : article.member("paragraphs").elements()) {
        const Context context(paragraph.member("context").text());
        for (const auto& question : paragraph.member("qas").elements())
          attempt([&] { read_question(question, context); });
      }
    }
    settle_unanswered();
    if (result_.questions.empty()) attempt([&] { file.fail("no questions"); });
    add_notes();
    return std::move(result_);
  }

 private:
  /// Notes what `read` throws where problems are noted.
  template <class Read>
  void attempt(Read read) {
    if (problems_ == nullptr) return read();
    try {
      read();
    } catch (const DataError& error) {
      problems_->emplace_back(error.what());
    }
  }

  void read_question(const JsonElement& element, const Context& context) {
    Question question;
    question.id = element.member("id").text_or_integer();
    if (!ids_.insert(question.id).second)
      element.member("id").fail(shown(question.id) + " is there twice");
    question.question = element.member("question").text();
    question.context = context.text;
    const bool says_whether = element.has("is_impossible");
    const bool impossible = says_whether && element.member("is_impossible").flag();
    if (element.has("answers")) {
      for (const auto& answer : element.member("answers").elements())
        question.answers.push_back(read_answer(answer, context));
    }
    if (impossible && !question.answers.empty()) {
      question.answers.clear();
      ++impossible_with_answers_;
    }
    if (!impossible && question.answers.empty()) unanswered_.push_back(element);
    result_.may_be_unanswerable |= says_whether;
    result_.questions.push_back(std::move(question));
  }

  /// Only now, since one question's `is_impossible` speaks for the file.
  void settle_unanswered() {
    if (result_.may_be_unanswerable) return;
    for (const auto& element : unanswered_) {
      attempt([&] { element.fail("no answers, and no question of the file says is_impossible"); });
    }
  }

  Answer read_answer(const JsonElement& element, const Context& context) {
    Answer answer;
    answer.text = element.member("text").text();
    if (answer.text.empty()) element.member("text").fail("the answer is empty");
    const int64_t start = element.member("answer_start").integer();
    if (context.has_at(start, answer.text)) {
      answer.start = context.starts[static_cast<size_t>(start)];
      return answer;
    }
    answer.start = -1;
    if (++misplaced_ > 1) return answer;
    first_misplaced_ =
        fmt::format("{}: the answer is {}, but at character {} of the context stands {}",
                    element.name(), shown(answer.text), start,
                    context.shown_at(start, static_cast<int64_t>(answer.text.size())));
    return answer;
  }

  void add_notes() {
    const auto file = path_.filename().string();
    if (misplaced_ > 0) {
      result_.notes.push_back(
          fmt::format("{}: {} answer{} not stand where the file says, the "
                      "first is {}",
                      file, misplaced_, misplaced_ == 1 ? " does" : "s do", first_misplaced_));
    }
    if (impossible_with_answers_ > 0) {
      result_.notes.push_back(
          fmt::format("{}: {} question{} with is_impossible and answers: taken "
                      "as impossible",
                      file, impossible_with_answers_, impossible_with_answers_ == 1 ? "" : "s"));
    }
  }

  const std::filesystem::path& path_;
  std::vector<std::string>* problems_;
  QuestionDataset result_;
  std::unordered_set<std::string> ids_;
  std::vector<JsonElement> unanswered_;
  int64_t misplaced_ = 0;
  std::string first_misplaced_;
  int64_t impossible_with_answers_ = 0;
};

}  // namespace

QuestionDataset read_squad(const std::filesystem::path& path, std::vector<std::string>* problems) {
  const auto json = read_json_file(path, kMaxFileBytes);
  return Reader(path, problems).read({json, "", path});
}

}  // namespace ptqbench
