#include "server/config/yaml_words.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <yaml-cpp/exceptions.h>

namespace heng::config {
namespace {

struct Said {
  std::string_view zh;
  std::string_view en;
};
struct Words {
  std::string_view theirs;
  Said ours;
};

// What YAML takes for its own signs, and our files for text.
constexpr Said kStar = {"不能以 * 开头，是文字就加引号",
                        "no value begins with *: if it is text, put it between quotes"};
constexpr Said kAmpersand = {"不能以 & 开头，是文字就加引号",
                             "no value begins with &: if it is text, put it between quotes"};
constexpr Said kExclamation = {"不能以 ! 开头，是文字就加引号",
                               "no value begins with !: if it is text, put it between quotes"};
constexpr Said kPercent = {"行首不能用 %", "no line begins with %"};

namespace theirs = YAML::ErrorMsg;

// One that ends in a colon is followed by what was found.
const std::array kWords = {
    Words{theirs::END_OF_MAP,
          {"这一行应当是“键: 值”，与上面的键对齐", "expected 'key: value' in line with the keys above"}},
    Words{theirs::END_OF_MAP_FLOW,
          {"花括号 { 没有配对的 }，或者两项之间少了逗号", "a { has no }, or a comma is missing"}},
    Words{theirs::END_OF_SEQ, {"这一行应当以“- ”开头，与上面的各项对齐", "expected '- ' in line with the items above"}},
    Words{theirs::END_OF_SEQ_FLOW,
          {"方括号 [ 没有配对的 ]，或者两项之间少了逗号", "a [ has no ], or a comma is missing"}},
    Words{theirs::FLOW_END, {"这个括号没有配对", "this bracket has no partner"}},
    Words{
        theirs::MAP_VALUE,
        {"这里不能有冒号：一行只能写一个“键: 值”，值里有冒号加空格时要加引号；也看看上一行",
         "no colon can stand here: one 'key: value' a line, a value with a colon and a space between quotes; look at the line above too"}},
    Words{theirs::MAP_KEY, {"这里不能写键，请检查缩进", "no key can stand here: look at the indentation"}},
    Words{theirs::BLOCK_ENTRY, {"这里不能写“- ”，请检查缩进", "no '- ' can stand here: look at the indentation"}},
    Words{theirs::TAB_IN_INDENTATION,
          {"行首不能用制表符（Tab），请用空格缩进", "a line must not begin with a tab: indent with spaces"}},
    Words{
        theirs::UNKNOWN_TOKEN,
        {"不能以这个符号开头，是文字就加引号", "no value begins with this sign: if it is text, put it between quotes"}},
    Words{theirs::INVALID_ESCAPE,
          {"双引号里的反斜线（\\）写法不对：路径请用单引号，或不加引号",
           "not an escape of double quotes (\\): put a path between single quotes, or none"}},
    Words{theirs::INVALID_HEX,
          {"双引号里 \\x、\\u 后面应当是十六进制数字",
           "hexadecimal digits must follow \\x and \\u between double quotes"}},
    Words{theirs::INVALID_UNICODE, {"双引号里的 \\u 不是字符", "the \\u between double quotes is no character"}},
    Words{theirs::EOF_IN_SCALAR, {"引号没有配对", "a quote is not closed"}},
    Words{theirs::DOC_IN_SCALAR,
          {"引号没有配对，文件里也不能写 ---", "a quote is not closed, and the file cannot hold ---"}},
    Words{theirs::CHAR_IN_SCALAR, {"这里不能有制表符（Tab）", "no tab can stand here"}},
    Words{theirs::SINGLE_QUOTED_CHAR,
          {"单引号里有不能用的字符", "there is a character that cannot stand between single quotes"}},
    Words{theirs::ALIAS_NOT_FOUND, kStar},
    Words{theirs::CHAR_IN_ALIAS, kStar},
    Words{theirs::UNKNOWN_ANCHOR, kStar},
    Words{theirs::ALIAS_CONTENT, kStar},
    Words{theirs::MULTIPLE_ALIASES, kStar},
    Words{theirs::ANCHOR_NOT_FOUND, kAmpersand},
    Words{theirs::CHAR_IN_ANCHOR, kAmpersand},
    Words{theirs::MULTIPLE_ANCHORS, kAmpersand},
    Words{theirs::AMBIGUOUS_ANCHOR, kAmpersand},
    Words{theirs::MULTIPLE_TAGS, kExclamation},
    Words{theirs::CHAR_IN_TAG_HANDLE, kExclamation},
    Words{theirs::TAG_WITH_NO_SUFFIX, kExclamation},
    Words{theirs::END_OF_VERBATIM_TAG, kExclamation},
    Words{theirs::YAML_DIRECTIVE_ARGS, kPercent},
    Words{theirs::YAML_VERSION, kPercent},
    Words{theirs::YAML_MAJOR_VERSION, kPercent},
    Words{theirs::REPEATED_YAML_DIRECTIVE, kPercent},
    Words{theirs::TAG_DIRECTIVE_ARGS, kPercent},
    Words{theirs::REPEATED_TAG_DIRECTIVE, kPercent},
    Words{theirs::BAD_FILE, {"文件读不完", "the file cannot be read to its end"}},
};

}  // namespace

Bilingual SayYaml(const std::string& message) {
  const auto words = std::find_if(kWords.begin(), kWords.end(), [&](const Words& one) {
    return one.theirs.ends_with(": ") ? message.starts_with(one.theirs) : message == one.theirs;
  });
  if (words == kWords.end()) {
    return {"YAML 写得不对（YAML 库的话：" + message + "）", "this is not well-formed YAML: " + message};
  }
  return {"YAML 写得不对：" + std::string(words->ours.zh),
          "this is not well-formed YAML: " + std::string(words->ours.en)};
}

}  // namespace heng::config
