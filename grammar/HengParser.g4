// The sentences of Heng. No embedded code, no left recursion, no ambiguity (a fuzz test holds it to that).
// Newlines (NL) are tokens where they end something; the pass over the tokens hides all others.
parser grammar HengParser;

options { tokenVocab = HengLexer; }

// A block is lines with separators and any line may be empty: so a mistake costs one line, not the rest of the file.
file : item (NL item)* EOF ;
item : declaration? ;
declaration
    : policy | subject | input | records | check | parameter | formula | score
    | grade | table | result | guarantee | example
    ;

// ---- words and marks

name
    : NAME | QUOTED_NAME | VERSION | EFFECTIVE | ONWARD | SOURCE | INTEGER | DECIMAL | TEXT | DATE_TYPE | YES_NO | DECIMALS | OPTIONAL
    | FULL | TO_ZERO | EXEMPT | STEP | SET_TO | RAISE | LOWER | PEERS | ALWAYS | FOLLOWS | NONDECREASING | NONINCREASING
    | EXPECT | REJECT | HISTORY | GIVEN
    ;
declared : name CODE? STRING? ;
marks : mark* ;
mark
    : SOURCED name STRING?   # sourcedMark
    | CHOSEN STRING?         # chosenMark
    | OPEN STRING?           # openMark
    | NOTE STRING            # noteMark
    ;

// ---- declarations

policy : POLICY name (DOT name)* STRING? policyClause* ;
policyClause
    : VERSION STRING                                # versionClause
    | EFFECTIVE DATE (ONWARD | TO DATE) marks       # effectiveClause
    | SOURCE name EQUAL STRING                      # sourceClause
    ;

subject : SUBJECT declared marks fields ;
input   : INPUT EVERY marks fields ;
records : RECORDS declared EVERY marks fields ;
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
parameter : PARAMETER declared (COLON type (COMMA fieldClause)*)? (EQUAL value)? marks ;
formula   : FORMULA declared EVERY? EQUAL value marks ;

score     : SCORE declared EVERY FULL quantity TO_ZERO? marks LBRACE scoreLine? (NL scoreLine?)* RBRACE clause* ;
scoreLine : criterion | adjustments ;
criterion : name quantity (COLON value)? (EXEMPT WHEN expression)? marks ;
adjustments : (DEDUCT | BONUS) (CAP quantity)? marks LBRACE adjustment? (NL adjustment?)* RBRACE ;
adjustment : name COLON value WHEN expression marks ;

grade     : GRADE declared EVERY COLON name (GREATER name)+ marks LBRACE gradeLine? (NL gradeLine?)* RBRACE ;
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

table : TABLE name EVERY marks LBRACE tableRow? (NL tableRow?)* RBRACE ;
tableRow : cell (PIPE cell)* ARROW cell (PIPE cell)* ;
cell
    : (ANY | UNLIMITED) marks            # anyCell
    | OTHERWISE marks                    # otherwiseCell
    | cellItem (COMMA cellItem)* marks   # valueCell
    ;
cellItem
    : (AT_LEAST | AT_MOST | GREATER | LESS) sum              # boundItem
    | value CODE?                                         # valueItem
    | sum TO sum                                          # rangeItem
    ;

result    : RESULT EVERY? name (COMMA name)* ;
guarantee : GUARANTEE STRING EVERY? COLON claim marks ;
claim
    : ALWAYS (WHEN expression THEN)? expression                                           # alwaysClaim
    | expression FOLLOWS expression (NONDECREASING | NONINCREASING) (WHEN expression)?    # monotoneClaim
    ;

example : EXAMPLE STRING LBRACE exampleLine? (NL exampleLine?)* RBRACE ;
exampleLine
    : name STRING factBlock                              # exampleSubject
    | PERIOD (TO PERIOD)? STRING factBlock               # exampleFacts
    | EXPECT PERIOD STRING factBlock                     # exampleExpect
    | REJECT PERIOD STRING (COLON STRING)?               # exampleReject
    | HISTORY PERIOD STRING factBlock                    # exampleHistory
    | GIVEN name EQUAL value                             # exampleGiven
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
negation    : NOT negation | comparison ;
comparison  : sum ((AT_LEAST | AT_MOST | GREATER | LESS | EQUAL | NOT_EQUAL) sum | IN set)? ;
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
    ;
argument : IF_NONE? value (WHERE expression)? (WITHIN name PEERS)? ;
quantity : NUMBER unit? ;
unit     : NAME (PER NAME)* | PERCENT ;
