// The sentences of Heng. No embedded code, no left recursion, no ambiguity (a fuzz test holds it to that).
// Newlines (NL) are tokens where they end something; the pass over the tokens hides all others.
parser grammar HengParser;

options { tokenVocab = HengLexer; }

// A block is lines with separators and any line may be empty: so a mistake costs one line, not the rest of the file.
file : item (NL item)* EOF ;
item : declaration? ;
declaration
    : policy | module | use | typeDeclaration | subject | input | records | check | parameter | formula | score
    | grade | table | result | guarantee | example
    ;

// ---- words and marks

name
    : NAME | QUOTED_NAME | VERSION | EFFECTIVE | ONWARD | SOURCE | INTEGER | DECIMAL | TEXT | DATE_TYPE | YES_NO | DECIMALS | OPTIONAL
    | FULL | TO_ZERO | EXEMPT | STEP | SET_TO | RAISE | LOWER | PEERS | ALWAYS | FOLLOWS | NONDECREASING | NONINCREASING
    | EXPECT | REJECT | HISTORY | GIVEN | OF | ALSO | FROM | TRIAL | UNIT_TYPE | TO_FULL | NEGATIVE | ASCENDING | SO_FAR | TIES | NO_TIES
    ;
declared : name CODE? STRING? ;
// `企业.均分`: what it belongs to, if that is not the first 对象.
placed   : (name DOT)? declared ;
dotted   : name (DOT name)* ;
marks : mark* ;
mark
    : SOURCED name STRING?   # sourcedMark
    | CHOSEN STRING?         # chosenMark
    | OPEN STRING?           # openMark
    | NOTE STRING            # noteMark
    ;

// ---- declarations

policy : POLICY dotted STRING? policyClause* ;
module : MODULE dotted STRING? policyClause* ;
policyClause
    : VERSION STRING                                # versionClause
    | EFFECTIVE DATE (ONWARD | TO DATE) marks       # effectiveClause
    | SOURCE name EQUAL STRING                      # sourceClause
    | TRIAL TO DATE marks                           # trialClause
    ;

use
    : USE STRING                                                               # useModule
    | USE POLICY dotted OF name CODE? EVERY COLON type (COMMA fieldClause)* marks   # useResult
    ;

typeDeclaration : TYPE name COLON typeBody marks ;
typeBody
    : LBRACE name (COMMA name)* COMMA? RBRACE states?    # enumBody
    | name (GREATER name)+ states?                       # scaleBody
    | UNIT_TYPE                                          # unitBody
    ;
// States that are no grade: unordered, in no rank.
states : ALSO LBRACE name (COMMA name)* COMMA? RBRACE ;

subject : SUBJECT declared (FROM STRING)? marks fields ;
input   : INPUT name? EVERY marks fields ;
records : RECORDS declared (IN name)? (EVERY | BY name)? marks fields ;
fields  : LBRACE field? (NL field?)* RBRACE ;
field   : fieldName (COMMA fieldName)* COLON type (COMMA fieldClause)* marks ;
fieldName : name CODE? ;
type
    : LBRACE name (COMMA name)* COMMA? RBRACE   # enumType
    | TEXT                               # textType
    | DATE_TYPE                          # dateType
    | YES_NO                             # boolType
    | INTEGER typeUnit?                  # integerType
    | DECIMAL                            # decimalType
    | typeUnit                           # unitType
    ;
typeUnit : NAME ((PER | SLASH) NAME)* | PERCENT ;
fieldClause
    : bound TO bound      # rangeClause
    | NUMBER DECIMALS     # placesClause
    | OPTIONAL            # optionalClause
    ;
bound : MINUS? quantity ;

check     : CHECK EVERY? expression STRING marks ;
parameter : PARAMETER declared (BY name)? (COLON type (COMMA fieldClause)*)? (EQUAL value)? (FROM STRING)? marks parameterLines? ;
parameterLines : LBRACE parameterLine? (NL parameterLine?)* RBRACE ;
parameterLine
    : DATE ONWARD EQUAL value marks   # datedLine
    | name (EQUAL value)? marks       # keyedLine
    ;
formula   : FORMULA placed EVERY? (BY name)? EQUAL value marks ;

score     : SCORE placed EVERY FULL quantity scoreMode* marks scoreLines clause* ;
scoreMode : TO_ZERO | TO_FULL | NEGATIVE ;
scoreLines : LBRACE scoreLine? (NL scoreLine?)* RBRACE ;
scoreLine : criterion | adjustments ;
// With lines of its own it is a section.
criterion : name quantity scoreMode* (COLON value)? (EXEMPT WHEN expression)? marks (scoreLines clause*)? ;
adjustments : (DEDUCT | BONUS) (CAP quantity)? marks LBRACE adjustment? (NL adjustment?)* RBRACE ;
adjustment : name COLON value (WHEN expression)? marks ;

grade     : GRADE placed EVERY COLON name ((GREATER name)+ states?)? marks LBRACE gradeLine? (NL gradeLine?)* RBRACE ;
gradeLine
    : name (WHEN expression | OTHERWISE) marks   # gradeCase
    | STEP stepAction WHEN expression marks      # gradeStep
    ;
stepAction
    : SET_TO name                                # setAction
    | (RAISE | LOWER) quantity stepBound?        # shiftAction
    | stepBound                                  # boundAction
    ;
stepBound : (AT_LEAST | AT_MOST) name ;

table : TABLE (name DOT)? name EVERY? (FROM STRING)? marks LBRACE tableRow? (NL tableRow?)* RBRACE ;
tableRow : cell (PIPE cell)* ARROW cell (PIPE cell)* ;
cell
    : (ANY | UNLIMITED) marks            # anyCell
    | OTHERWISE marks                    # otherwiseCell
    | cellItem (COMMA cellItem)* marks   # valueCell
    ;
cellItem
    : limit limit?                                        # boundItem
    | value CODE?                                         # valueItem
    | sum TO sum                                          # rangeItem
    | sum BAND (limit | sum BAND)?                        # bandItem
    ;
limit : (AT_LEAST | AT_MOST | GREATER | LESS) sum ;

result    : RESULT EVERY? name (COMMA name)* ;
guarantee : GUARANTEE STRING EVERY? COLON claim marks ;
claim
    : ALWAYS (WHEN expression THEN)? expression                                           # alwaysClaim
    | expression FOLLOWS expression (NONDECREASING | NONINCREASING) (WHEN expression)?    # monotoneClaim
    ;

example : EXAMPLE STRING LBRACE exampleLine? (NL exampleLine?)* RBRACE ;
exampleLine
    : name STRING factBlock                              # exampleSubject
    | PERIOD (TO PERIOD)? (STRING | name) factBlock      # exampleFacts
    | EXPECT PERIOD (STRING | name) factBlock            # exampleExpect
    | REJECT PERIOD STRING (COLON STRING)?               # exampleReject
    | HISTORY PERIOD (TO PERIOD)? (STRING | name) factBlock   # exampleHistory
    | GIVEN name (LPAREN name RPAREN)? EQUAL value       # exampleGiven
    ;
factBlock : LBRACE factLine? (NL factLine?)* RBRACE ;
factLine  : fact (COMMA fact)* COMMA? ;
fact
    : name (LPAREN PERIOD RPAREN)? EQUAL value                         # factValue
    | name LBRACE factRow? (NL factRow?)* RBRACE                       # factRows
    ;
factRow : value (PIPE value)* ;

// ---- expressions, loosest first

value  : expression clause* ;
clause
    : ROUND quantity   # roundClause
    | CAP sum          # capClause
    | FLOOR sum        # floorClause
    ;
expression
    : IF expression THEN expression ELSE expression
    | disjunction
    ;
disjunction : conjunction (OR conjunction)* ;
conjunction : negation (AND negation)* ;
negation    : NOT negation | STREAK periods comparison | comparison ;
comparison  : sum ((AT_LEAST | AT_MOST | GREATER | LESS | EQUAL | NOT_EQUAL) sum | IN set | quantity BAND (limit | quantity BAND)?)? ;
set         : LBRACE sum (COMMA sum)* RBRACE ;
sum         : product ((PLUS | MINUS) product)* ;
product     : unary ((TIMES | DIVIDE | SLASH) unary)* ;
unary       : MINUS unary | defaulted ;
defaulted   : primary (DEFAULT primary)? ;
primary
    : quantity                                                  # quantityPrimary
    | STRING                                                    # textPrimary
    | DATE                                                      # datePrimary
    | (YES | NO)                                                # boolPrimary
    | name (DOT name)? (LPAREN argument (COMMA argument)* RPAREN)?   # namePrimary
    | LPAREN value RPAREN                                       # groupPrimary
    | EARLIER periods LPAREN value RPAREN                       # earlierPrimary
    | (BANDS | PROGRESSIVE) sum LBRACE bandRow? (NL bandRow?)* RBRACE   # bandsPrimary
    | CHOOSE LBRACE chooseLine? (NL chooseLine?)* RBRACE        # choosePrimary
    ;
bandRow    : cell ARROW value marks ;
chooseLine : value (WHEN expression | OTHERWISE) marks ;
// Of an aggregation: which rows count, how many periods back, among whom; of a rank: its direction and its ties.
argument
    : IF_NONE? value ASCENDING? (WHERE expression)? (DISTINCT sum)? (RECENT periods | SO_FAR)?
      (WITHIN name PEERS (AT_LEAST quantity ELSE name)?)? (SKIP_MISSING | MISSING_AS quantity)?
      (TIES | NO_TIES (BY sum ASCENDING?)+)?
    ;
quantity : NUMBER unit? ;
// With its unit always: in `连续 2 期 (…)` the bracket is no argument of 期.
periods  : NUMBER NAME ;
unit     : NAME (PER NAME)* | PERCENT ;
