#include "config/document.hpp"

#include "config/environment.hpp"
#include "config/shown.hpp"
#include "config/utf8.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <istream>
#include <optional>
#include <streambuf>
#include <unordered_map>
#include <utility>

namespace weir::config {
namespace {

Spot spot_of(const YAML::Mark& mark, std::size_t size = 1) {
  return {.line = mark.line, .column = mark.column, .size = size};
}

// Builds the tree from the parser's events. Throws YAML::ParserException when a bound is passed: the parser recurses
// between a start and its end, so that is what stops it.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(Document& document, const Environment& environment, Errors& errors)
      : document_(document), environment_(environment), errors_(errors) {}

  void OnDocumentStart(const YAML::Mark& mark) override {  // NOLINT(readability-identifier-naming): yaml-cpp's name
    if (document_.root != nullptr)
      throw YAML::ParserException(mark, "a second YAML document; a config is one document");
  }
  void OnDocumentEnd() override {}  // NOLINT(readability-identifier-naming)

  // NOLINTNEXTLINE(readability-identifier-naming)
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, create(YamlNode::Kind::null, mark, anchor));
  }

  // NOLINTNEXTLINE(readability-identifier-naming)
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw YAML::ParserException(mark, YAML::ErrorMsg::UNKNOWN_ANCHOR);
    YamlNode& node = *found->second;
    for (const Open& open : open_) {
      if (open.node == &node) throw YAML::ParserException(mark, "an alias inside the very value it stands for");
    }
    if (awaits_key()) {
      errors_.add(spot_of(mark), "an alias as a key; write the key out");
      skip_entry();
      return;
    }
    spend(mark, node.weight);
    add(mark, node);
  }

  // NOLINTNEXTLINE(readability-identifier-naming)
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode& node = create(YamlNode::Kind::scalar, mark, anchor);
    node.text = value;
    node.spot.size = value.size();
    node.weight += value.size();
    if (tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:str") refuse_tag(node);
    if (tag == "!") check_closed(mark, node);
    if (!awaits_key()) put_variables_in(mark, node);
    add(mark, node);
  }

  // NOLINTNEXTLINE(readability-identifier-naming)
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, create(YamlNode::Kind::sequence, mark, anchor));
  }
  void OnSequenceEnd() override { close(); }  // NOLINT(readability-identifier-naming)

  // NOLINTNEXTLINE(readability-identifier-naming)
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, create(YamlNode::Kind::mapping, mark, anchor));
  }
  void OnMapEnd() override { close(); }  // NOLINT(readability-identifier-naming)

 private:
  struct Open {
    YamlNode* node = nullptr;
    bool as_key = false;                           // stands where a key must: said to be wrong, and left out
    std::optional<Entry> entry{};                  // mapping: a key that awaits its value
    bool skip = false;                             // mapping: the next value has no usable key
    std::unordered_map<std::string, int> lines{};  // mapping: where each key was
  };

  YamlNode& create(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    YamlNode& node = document_.nodes.emplace_back();
    node.kind = kind;
    node.spot = spot_of(mark);
    if (anchor != 0) anchors_[anchor] = &node;
    return node;
  }

  [[nodiscard]] bool awaits_key() const {
    return !open_.empty() && open_.back().node->kind == YamlNode::Kind::mapping && !open_.back().entry &&
           !open_.back().skip;
  }

  [[nodiscard]] bool inside_key() const { return std::ranges::any_of(open_, &Open::as_key); }

  void skip_entry() { open_.back().skip = true; }

  void open(const YAML::Mark& mark, const std::string& tag, YamlNode& node) {
    if (open_.size() >= max_depth) {
      throw YAML::ParserException(mark, "more than " + std::to_string(max_depth) + " levels of nesting");
    }
    if (tag != "?" && tag != "!" && !tag.empty()) refuse_tag(node);
    const bool as_key = awaits_key();
    if (as_key && !inside_key()) errors_.add(node.spot, "a list or a mapping as a key; a key is text");
    open_.push_back({.node = &node, .as_key = as_key});
  }

  void close() {
    YamlNode& node = *open_.back().node;
    const bool as_key = open_.back().as_key;
    open_.pop_back();
    if (as_key) {
      skip_entry();
    } else {
      add({}, node);
    }
  }

  void add(const YAML::Mark& mark, YamlNode& node) {
    if (open_.empty()) {
      document_.root = &node;
      return;
    }
    Open& parent = open_.back();
    parent.node->weight += node.weight;
    if (parent.node->kind == YamlNode::Kind::sequence) {
      parent.node->items.push_back(&node);
    } else if (parent.skip) {
      parent.skip = false;
    } else if (parent.entry) {
      parent.entry->value = &node;
      parent.node->entries.push_back(*std::move(parent.entry));
      parent.entry.reset();
    } else {
      add_key(spot_of(mark), parent, node);
    }
  }

  void add_key(Spot spot, Open& parent, const YamlNode& key) {
    if (key.kind != YamlNode::Kind::scalar) {
      errors_.add(spot, "a key without a name; a key that reads null or ~ needs quotes");
      return skip_entry();
    }
    if (key.text == "<<") {
      errors_.add(key.spot, "'<<' merges are not supported; write the options out, or use an alias for a whole value");
      return skip_entry();
    }
    if (key.text.find("${") != std::string::npos) {
      errors_.add(key.spot, "a variable in the key " + in_quotes(key.text) + "; variables are put into values only");
      return skip_entry();
    }
    const auto [first, is_new] = parent.lines.try_emplace(key.text, key.spot.line + 1);
    if (!is_new) {
      errors_.add(key.spot,
                  "duplicate key " + in_quotes(key.text) + "; it is already on line " + std::to_string(first->second));
      return skip_entry();
    }
    parent.entry = Entry{.key = key.text, .spot = key.spot};
  }

  // yaml-cpp 0.7 takes the end of the file for a closing quote.
  void check_closed(const YAML::Mark& mark, const YamlNode& node) const {
    const std::string_view text = errors_.text_from(node.spot);
    const bool is_quoted = text.starts_with('"') || text.starts_with('\'');
    if (is_quoted && !quoted_size(text)) throw YAML::ParserException(mark, YAML::ErrorMsg::EOF_IN_SCALAR);
  }

  void refuse_tag(YamlNode& node) {
    node.broken = true;
    errors_.add(node.spot, "a YAML tag means nothing here; remove it");
  }

  void put_variables_in(const YAML::Mark& mark, YamlNode& node) {
    if (node.text.find("${") == std::string::npos) return;
    auto expanded = expand(node.text, environment_);
    if (!expanded) {
      node.broken = true;
      errors_.add(node.spot, std::move(expanded).error());
      return;
    }
    spend(mark, expanded->text.size());
    node.written = std::exchange(node.text, std::move(expanded->text));
    node.variables = std::move(expanded->variables);
    node.weight += node.text.size();
  }

  void spend(const YAML::Mark& mark, std::size_t weight) {
    added_ += weight;
    if (added_ > max_text_size) {
      throw YAML::ParserException(mark, "aliases and variables add more than 8 MiB to this file; use fewer of them");
    }
  }

  Document& document_;
  const Environment& environment_;
  Errors& errors_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, YamlNode*> anchors_;
  std::size_t added_ = 0;  // what aliases and variables added
};

// The scanner's sentences that leave a newcomer alone, and ours.
const auto explanations = std::to_array<std::pair<std::string_view, std::string_view>>({
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "a tab in the indentation; YAML wants spaces"},
    {YAML::ErrorMsg::END_OF_MAP, "expected 'key: value' at the same indentation as the keys above"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "a { without its }, or a , missing before this"},
    {YAML::ErrorMsg::END_OF_SEQ, "expected '- ' at the same indentation as the items above"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a [ without its ], or a , missing before this"},
    {YAML::ErrorMsg::FLOW_END, "a } or ] that does not close what was opened last"},
    {YAML::ErrorMsg::MAP_KEY, "a key where none can be; look at the indentation"},
    {YAML::ErrorMsg::MAP_VALUE,
     "a ': ' that belongs to no key; look at the indentation and the line above, or quote text that holds ': '"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "a '- ' where no list can be; put each item on a line of its own"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "a quote that is never closed"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "a character that cannot start a value; put quotes around the text"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "an alias of an anchor that is not defined above"},
    {YAML::ErrorMsg::ALIAS_NOT_FOUND, "a * without a name; put quotes around text that starts with *"},
    {YAML::ErrorMsg::ANCHOR_NOT_FOUND, "a & without a name; put quotes around text that starts with &"},
    {YAML::ErrorMsg::CHAR_IN_ALIAS, "a * starts an alias here; put quotes around text that starts with *"},
});

void add_syntax_error(const YAML::Exception& exception, Errors& errors) {
  std::string message;
  for (const auto& [theirs, ours] : explanations) {
    if (exception.msg == theirs) message = ours;
  }
  if (message.empty()) message = printable(exception.msg);
  Spot spot = exception.mark.is_null() ? Spot{} : spot_of(exception.mark);
  const std::string_view line = errors.line(spot.line);
  const std::size_t tab = line.substr(0, line.find_first_not_of(" \t")).find('\t');
  if (tab != std::string_view::npos) {  // whatever it was taken for, this is what to mend first
    message = "a tab in the indentation; YAML wants spaces";
    spot.column = static_cast<int>(tab);
  }
  if (line.find("${") != std::string_view::npos) {
    message += "; inside { } and [ ] a value with ${...} needs quotes";
  }
  errors.add(spot, std::move(message));
}

// Text that is no text: the parser would guess an encoding, or take U+0004 for the end.
bool is_text(std::string_view text, Errors& errors) {
  Spot spot;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = first_code_point(text.substr(at));
    const bool blank = point.value == '\n' || point.value == '\r' || point.value == '\t';
    if (!point.valid || point.value == 0x7F || (point.value < 0x20 && !blank)) {
      errors.add(spot, point.valid ? "an unprintable character; remove it"
                                   : "a byte that is not UTF-8; save the file as UTF-8");
      return false;
    }
    at += point.bytes;
    spot.column += static_cast<int>(point.bytes);
    if (point.value == '\n') spot = {.line = spot.line + 1};
  }
  return true;
}

// Reads a string_view without a copy.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast): only read from
    setg(begin, begin, begin + text.size());
  }
};

}  // namespace

Document load_document(std::string_view text, const Environment& environment, Errors& errors) {
  Document document;
  if (text.size() > max_text_size) {
    errors.add({}, "the file is larger than 8 MiB");
    return document;
  }
  if (!is_text(text, errors)) return document;
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    TreeBuilder builder(document, environment, errors);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& exception) {
    document.root = nullptr;
    add_syntax_error(exception, errors);
  }
  return document;
}

}  // namespace weir::config
