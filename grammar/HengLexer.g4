// The words of Heng. No embedded code: the same file serves the C++ parser and the editors.
// The keywords are those of engine/syntax/keywords.def, and a test holds the two together.
lexer grammar HengLexer;

// Types that only the pass over the tokens (engine/syntax/token_pass.cc) assigns.
tokens { ANY, PER }

// Declarations
POLICY    : '政策' | 'policy' ;
MODULE    : '模块' | 'module' ;
USE       : '引用' | 'use' ;
TYPE      : '类型' | 'type' ;
SUBJECT   : '对象' | 'subject' ;
INPUT     : '填报' | 'input' ;
RECORDS   : '明细' | 'records' ;
CHECK     : '校验' | 'check' ;
PARAMETER : '参数' | 'parameter' ;
FORMULA   : '公式' | 'formula' ;
SCORE     : '评分' | 'score' ;
GRADE     : '等级' | 'grade' ;
TABLE     : '对照表' | 'table' ;
RESULT    : '结果' | 'result' ;
GUARANTEE : '保证' | 'guarantee' ;
EXAMPLE   : '算例' | 'example' ;

// Marks
SOURCED : '依据' | 'sourced' ;
CHOSEN  : '自定' | 'chosen' ;
OPEN    : '待定' | 'open' ;
NOTE    : '说明' | 'note' ;

// Words of expressions
IF        : '如果' | 'if' ;
THEN      : '则' | 'then' ;
ELSE      : '否则' | 'else' ;
AND       : '且' | 'and' ;
OR        : '或' | 'or' ;
NOT       : '非' | 'not' ;
IN        : '属于' | 'in' ;
WHEN      : '当' | 'when' ;
OTHERWISE : '其余' | 'otherwise' ;
WHERE     : '其中' | 'where' ;
WITHIN    : '在' | 'within' ;
TO        : '至' | 'to' ;
YES       : '是' | 'yes' ;
NO        : '否' | 'no' ;
DEFAULT   : '缺按' | 'default' ;
IF_NONE   : '无则' | 'ifnone' ;
BY        : '按' | 'by' ;
BANDS       : '分段' | 'bands' ;
PROGRESSIVE : '累进' | 'progressive' ;
CHOOSE      : '分情形' | 'choose' ;
STREAK    : '连续' | 'streak' ;
EARLIER   : '前' | 'earlier' ;
RECENT    : '近' | 'recent' ;
DISTINCT  : '去重' | 'distinct' ;

// Comparisons in words: Civil Code, art. 1259 (不满 and 超过 exclude the number, 不低于 and 不超过 include it)
AT_LEAST  : '≥' | '>=' | '≧' | '不低于' | '不少于' | '达到' | '至少' | '不早于' | 'atleast' | 'nofewerthan' | 'reaches' | 'minimum' | 'notbefore' ;
AT_MOST   : '≤' | '<=' | '≦' | '不高于' | '不超过' | '至多' | '不晚于' | 'nohigherthan' | 'atmost' | 'maximum' | 'notafter' ;
GREATER   : '>' | '\uFF1E' | '超过' | '高于' | '晚于' | 'over' | 'above' | 'after' ;
LESS      : '<' | '\uFF1C' | '不满' | '低于' | '不足' | '早于' | 'under' | 'below' | 'shortof' | 'before' ;
NOT_EQUAL : '≠' | '!=' ;
// Behind a number; 以上, 以下, 以内 include it, 以外 does not (the same article). Written together (`80分以上不满90分`) they are part
// of a name to the lexer; the pass over the tokens parts them.
BAND      : '以上' | '以下' | '以内' | '以外' | 'ormore' | 'orless' | 'upto' | 'beyond' ;

// Clauses
ROUND   : '四舍五入到' | '四舍六入五成双到' | '舍去到' | '进一到' | 'round' | 'roundhalfeven' | 'rounddown' | 'roundup' ;
CAP     : '封顶' | 'cap' ;
FLOOR   : '保底' | 'floor' ;
DEDUCT  : '扣分' | 'deduct' ;
BONUS   : '加分' | 'bonus' ;
EVERY   : '每月' | '每季' | '每半年' | '每年' | 'monthly' | 'quarterly' | 'halfyearly' | 'yearly' ;

// Words that are keywords only in their place, and names elsewhere
VERSION       : '版本' | 'version' ;
EFFECTIVE     : '施行' | 'effective' ;
ONWARD        : '起' | 'onward' ;
SOURCE        : '来源' | 'source' ;
INTEGER       : '整数' | 'integer' ;
DECIMAL       : '小数' | 'decimal' ;
TEXT          : '文本' | 'text' ;
DATE_TYPE     : '日期' | 'date' ;
YES_NO        : '是否' | 'yesno' ;
DECIMALS      : '位小数' | 'decimals' ;
OPTIONAL      : '可缺' | 'optional' ;
FULL          : '满分' | 'full' ;
TO_ZERO       : '扣完为止' | 'tozero' ;
EXEMPT        : '合理缺项' | 'exempt' ;
STEP          : '然后' | 'afterwards' ;
SET_TO        : '定为' | 'becomes' ;
RAISE         : '升' | 'raise' ;
LOWER         : '降' | 'lower' ;
PEERS         : '内' | 'peers' ;
ALWAYS        : '始终' | 'always' ;
FOLLOWS       : '随' | 'along' ;
NONDECREASING : '不减' | 'nondecreasing' ;
NONINCREASING : '不增' | 'nonincreasing' ;
EXPECT        : '应为' | 'expect' ;
REJECT        : '应拒' | 'reject' ;
HISTORY       : '历史' | 'history' ;
GIVEN         : '设' | 'given' ;
OF            : '的' | 'of' ;
ALSO          : '另有' | 'also' ;
FROM          : '取自' | 'from' ;
TRIAL         : '试评' | 'trial' ;
UNIT_TYPE     : '单位' | 'unit' ;
TO_FULL       : '加满为止' | 'tofull' ;
NEGATIVE      : '可为负' | 'maybenegative' ;
ASCENDING     : '由低到高' | 'ascending' ;
SO_FAR        : '至今' | 'sofar' ;
SKIP_MISSING  : '缺月不计' | '缺季不计' | '缺期不计' | 'skipmonths' | 'skipquarters' | 'skipmissing' ;
MISSING_AS    : '缺月按' | '缺季按' | '缺期按' | 'monthsas' | 'quartersas' | 'missingas' ;
TIES          : '名次顺延' | '并列不占位' | '并列从低' | '并列均分' | 'tiesskip' | 'tiesdense' | 'tieslow' | 'tiesmean' ;
NO_TIES       : '不并列' | 'noties' ;

// Cells that match everything
UNLIMITED : '不限' | 'any' ;

// Punctuation, as any input method gives it
LPAREN : '(' | '\uFF08' ;
RPAREN : ')' | '\uFF09' ;
LBRACE : '{' | '\uFF5B' ;
RBRACE : '}' | '\uFF5D' ;
COMMA  : ',' | '\uFF0C' | '\u3001' ;
COLON  : ':' | '\uFF1A' ;
EQUAL  : '=' | '\uFF1D' ;
PIPE   : '|' | '\uFF5C' | '\u2502' ;
ARROW  : '→' | '->' ;
PLUS   : '+' | '\uFF0B' ;
MINUS  : '-' | '\uFF0D' | '\u2212' ;
TIMES  : '×' | '*' | '\uFF0A' ;
DIVIDE : '÷' ;
SLASH  : '/' | '\uFF0F' ;
PERCENT : '%' | '\uFF05' ;
DOT    : '.' | '\uFF0E' ;

DATE   : D D D D '-' D D '-' D D | D D D D '年' D D? '月' D D? '日' ;
PERIOD : D D D D '-' D D
       | D D D D [QqHh] D
       | D D D D '年'? ('上半年' | '下半年')
       | D D D D '年' D D? '月'
       | D D D D '年第' D '季度'
       | D D D D '年' ;
NUMBER : D+ (('.' | '\uFF0E') D+)? ;
NAME   : (HAN | LATIN (LATIN | D)*)+ ;
QUOTED_NAME : '「' ~[「」\r\n]+ '」' ;
CODE   : ('[' | '\uFF3B') LATIN (LATIN | D)* (']' | '\uFF3D') ;
STRING : '"' ~["\r\n]* '"' | '\uFF02' ~[\uFF02\r\n]* '\uFF02' | '“' ~[“”\r\n]* '”' ;

NL      : '\r'? '\n' | '\r' | ';' | '\uFF1B' ;
BLANK   : [ \t\u00A0\u3000\uFEFF]+ -> channel(HIDDEN) ;
COMMENT : ('#' | '\uFF03') ~[\r\n]* -> channel(HIDDEN) ;
// Keeps the lexer free of errors: what nothing else takes becomes a token that the pass reports.
BAD     : . ;

fragment D : [0-9\uFF10-\uFF19] ;
fragment LATIN : [A-Za-z_\uFF21-\uFF3A\uFF41-\uFF5A\uFF3F] ;
fragment HAN : [\u3007\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{3134F}㎡²³℃] ;
