// The grammar of one Python function over the codec's tokens, for the mask at decoding.
//
// It says what a function may look like after delexicalising: layout is NL, IN and DE; trailing commas that mean nothing
// are gone, so most lists have none; NAME, STRING and NUMBER stand for closed words and slots alike. LR(1) without any
// conflict, which a test holds. Where Python needs its parser to look back (`a, b` is a value until `=` comes), the rules
// come in pairs: `_t` for what may be assigned to, `_n` for what may not. `match`, `case` and `type` are MATCH, CASE and TYPE
// where they are keywords; the automaton follows both readings.
%start function
%token NAME NUMBER STRING PLACEHOLDER CONVERSION MATCH CASE TYPE
%%
function: decorators definition | definition ;
decorators: decorator | decorators decorator ;
decorator: '@' named 'NL' ;
definition: plain_definition | 'async' plain_definition ;
plain_definition: 'def' NAME type_parameters '(' parameters ')' returns block ;
returns: | '->' expr ;
block: 'IN' statements 'DE' ;
statements: statement | statements statement ;

parameters: | positional | starred | double_starred ;
positional: plain | plain_slash | default | default_slash ;
positional_on: plain ',' | plain_slash ',' | default ',' | default_slash ',' ;
plain: parameter | plain ',' parameter ;
plain_slash: plain ',' '/' | plain_slash ',' parameter ;
default: with_default | plain ',' with_default | default ',' with_default ;
default_slash: default ',' '/' | plain_slash ',' with_default | default_slash ',' with_default ;
starred: star_first | positional_on star_first | starred ',' keyword_only ;
star_first: '*' NAME | '*' NAME ':' expr | '*' NAME ':' '*' bor | '*' ',' keyword_only ;
keyword_only: parameter | with_default ;
double_starred: two_stars | positional_on two_stars | starred ',' two_stars ;
two_stars: '**' parameter ;
parameter: NAME | NAME ':' expr ;
with_default: parameter '=' expr ;

lambda_parameters: | lpositional | lpositional_on | lstarred | lstarred ',' | ldouble | ldouble ',' ;
lpositional: lplain | lplain_slash | ldefault | ldefault_slash ;
lpositional_on: lplain ',' | lplain_slash ',' | ldefault ',' | ldefault_slash ',' ;
lplain: NAME | lplain ',' NAME ;
lplain_slash: lplain ',' '/' | lplain_slash ',' NAME ;
ldefault: lwith | lplain ',' lwith | ldefault ',' lwith ;
ldefault_slash: ldefault ',' '/' | lplain_slash ',' lwith | ldefault_slash ',' lwith ;
lstarred: lstar_first | lpositional_on lstar_first | lstarred ',' NAME | lstarred ',' lwith ;
lstar_first: '*' NAME | '*' ',' NAME | '*' ',' lwith ;
ldouble: '**' NAME | lpositional_on '**' NAME | lstarred ',' '**' NAME ;
lwith: NAME '=' expr ;

type_parameters: | '[' type_parameter_list ']' ;
type_parameter_list: type_parameter | type_parameter_list ',' type_parameter ;
type_parameter: NAME | NAME ':' expr | '*' NAME | '**' NAME ;

statement: simple 'NL' | compound ;
simple: exprs | assignment | augmented | annotated | yield
      | 'pass' | 'break' | 'continue'
      | 'return' | 'return' exprs
      | 'raise' | 'raise' expr | 'raise' expr 'from' expr
      | 'assert' expr | 'assert' expr ',' expr
      | 'global' names | 'nonlocal' names
      | 'del' deleted | 'del' deleted ','
      | 'import' modules | 'from' origin 'import' '*' | 'from' origin 'import' imported
      | TYPE NAME type_parameters '=' expr ;
assignment: targets '=' value ;
value: exprs | yield | assignment ;
augmented: t1 augmentation exprs | t1 augmentation yield ;
augmentation: '+=' | '-=' | '*=' | '**=' | '/=' | '//=' | '%=' | '@=' | '&=' | '|=' | '^=' | '<<=' | '>>=' ;
annotated: t1 ':' expr | t1 ':' expr '=' exprs | t1 ':' expr '=' yield ;
names: NAME | names ',' NAME ;
deleted: target | deleted ',' target ;
modules: module | modules ',' module ;
module: dotted | dotted 'as' NAME ;
dotted: NAME | dotted '.' NAME ;
origin: dotted | dots | dots dotted ;
dots: '.' | '...' | dots '.' | dots '...' ;
imported: import_name | imported ',' import_name ;
import_name: NAME | NAME 'as' NAME ;

compound: definition | decorators definition | class | decorators class
        | 'if' named block elifs otherwise
        | 'while' named block otherwise
        | for | 'async' for
        | with | 'async' with
        | 'try' block excepts otherwise
        | 'try' block excepts otherwise 'finally' block
        | 'try' block group_excepts otherwise
        | 'try' block group_excepts otherwise 'finally' block
        | 'try' block 'finally' block
        | MATCH subject 'IN' cases 'DE' ;
class: 'class' NAME type_parameters block
     | 'class' NAME type_parameters '(' ')' block
     | 'class' NAME type_parameters '(' arguments ')' block ;
elifs: | elifs 'elif' named block ;
otherwise: | 'else' block ;
for: 'for' targets 'in' exprs block otherwise ;
with: 'with' items block | 'with' '(' item_as ')' block | 'with' '(' item_as ',' ')' block | 'with' '(' items_as ')' block ;
items: item | items ',' item ;
item: expr | item_as ;
item_as: expr 'as' target ;
items_as: item_as ',' item | el_t ',' item_as | els_t ',' item_as | pel_n ',' item_as | pels_n ',' item_as | items_as ',' item ;
excepts: except | excepts except ;
except: 'except' block | 'except' expr block | 'except' expr 'as' NAME block ;

group_excepts: group_except | group_excepts group_except ;
group_except: 'except' '*' expr block | 'except' '*' expr 'as' NAME block ;

subject: exprs | NAME ':=' expr ;
cases: case | cases case ;
case: CASE patterns block | CASE patterns 'if' named block ;
patterns: pattern | open_sequence | open_sequence ',' | pattern_element ',' | star_pattern ;
open_sequence: pattern_element ',' pattern_element | open_sequence ',' pattern_element ;
pattern_element: pattern | star_pattern ;
star_pattern: '*' NAME ;
pattern: choice | choice 'as' NAME ;
choice: closed | choice '|' closed ;
closed: signed | signed '+' NUMBER | signed '-' NUMBER | strings | 'None' | 'True' | 'False' | dotted
      | '(' pattern ')' | '(' ')' | '(' pattern_element ',' ')' | '(' open_sequence ')'
      | '[' ']' | '[' pattern_element ']' | '[' open_sequence ']'
      | '{' '}' | '{' mapping '}'
      | dotted '(' ')' | dotted '(' class_patterns ')' ;
signed: NUMBER | '-' NUMBER ;
mapping: mapping_items | '**' NAME | mapping_items ',' '**' NAME ;
mapping_items: key ':' pattern | mapping_items ',' key ':' pattern ;
key: signed | signed '+' NUMBER | signed '-' NUMBER | strings | 'None' | 'True' | 'False' | dotted ;
class_patterns: class_positional | class_keywords ;
class_positional: pattern | class_positional ',' pattern ;
class_keywords: NAME '=' pattern | class_positional ',' NAME '=' pattern | class_keywords ',' NAME '=' pattern ;

yield: 'yield' | 'yield' exprs | 'yield' 'from' expr ;

exprs: el_t | els_t | el_n | els_n | el_t ',' | els_t ',' | el_n ',' | els_n ',' ;
targets: el_t | els_t | el_t ',' | els_t ',' ;
el_t: target | '*' target ;
els_t: el_t ',' el_t | els_t ',' el_t ;
el_n: expr_n | '*' bor_n ;
els_n: el_n ',' el_t | el_n ',' el_n | el_t ',' el_n | els_t ',' el_n | els_n ',' el_t | els_n ',' el_n ;
pel_n: named_n | '*' bor_n ;
pels_n: pel_n ',' el_t | pel_n ',' pel_n | el_t ',' pel_n | els_t ',' pel_n | pels_n ',' el_t | pels_n ',' pel_n ;

target: t1 | t2 ;
t1: NAME | primary '.' NAME | primary '[' slices ']' | '(' t1 ')' ;
t2: '(' ')' | '(' t2 ')' | '(' el_t ',' ')' | '(' els_t ')' | '[' ']' | '[' el_t ']' | '[' els_t ']' ;
named: target | named_n ;
named_n: expr_n | NAME ':=' expr ;
expr: target | expr_n ;
expr_n: disj_n | disj 'if' disj 'else' expr | 'lambda' lambda_parameters ':' expr ;
disj: target | disj_n ;
disj_n: conj_n | disj 'or' conj ;
conj: target | conj_n ;
conj_n: inv_n | conj 'and' inv ;
inv: target | inv_n ;
inv_n: bor_n | comparison | 'not' inv ;
comparison: bor comparer bor | comparison comparer bor ;
comparer: '<' | '>' | '<=' | '>=' | '==' | '!=' | 'in' | 'not' 'in' | 'is' | 'is' 'not' ;
bor: target | bor_n ;
bor_n: bxor_n | bor '|' bxor ;
bxor: target | bxor_n ;
bxor_n: band_n | bxor '^' band ;
band: target | band_n ;
band_n: shift_n | band '&' shift ;
shift: target | shift_n ;
shift_n: sum_n | shift '<<' sum | shift '>>' sum ;
sum: target | sum_n ;
sum_n: term_n | sum '+' term | sum '-' term ;
term: target | term_n ;
term_n: factor_n | term '*' factor | term '/' factor | term '//' factor | term '%' factor | term '@' factor ;
factor: target | factor_n ;
factor_n: power_n | '+' factor | '-' factor | '~' factor ;
power_n: awaited_n | awaited '**' factor ;
awaited: target | awaited_n ;
awaited_n: primary_n | 'await' primary ;
primary: target | primary_n ;
primary_n: atom_n | primary '(' ')' | primary '(' arguments ')' | primary '(' named comprehension ')' ;
atom_n: NUMBER | strings | 'None' | 'True' | 'False' | '...'
      | '(' named_n ')' | '(' yield ')' | '(' pel_n ',' ')' | '(' pels_n ')' | '(' named comprehension ')'
      | '[' pel_n ']' | '[' pels_n ']' | '[' named comprehension ']'
      | '{' '}' | '{' members '}' | '{' named comprehension '}'
      | '{' entries '}' | '{' expr ':' expr comprehension '}' ;
members: member | members ',' member ;
member: named | '*' bor ;
entries: entry | entries ',' entry ;
entry: expr ':' expr | '**' bor ;
comprehension: comprehension_for | comprehension comprehension_for | comprehension 'if' disj ;
comprehension_for: 'for' targets 'in' disj | 'async' 'for' targets 'in' disj ;

slices: slice_list | slice_list ',' ;
slice_list: slice | slice_list ',' slice ;
slice: named | '*' bor | bound ':' bound | bound ':' bound ':' bound ;
bound: | expr ;

arguments: by_place | by_name | by_mapping ;
by_place: argument | by_place ',' argument ;
argument: named | '*' expr ;
by_name: keyword | by_place ',' keyword | by_name ',' keyword | by_name ',' '*' expr ;
by_mapping: '**' expr | by_place ',' '**' expr | by_name ',' '**' expr | by_mapping ',' keyword | by_mapping ',' '**' expr ;
keyword: NAME '=' expr ;

strings: string | strings string ;
string: STRING | '<S' split 'S>' | '<F' formatted 'F>' ;
split: holders | holders STRING ;
holders: PLACEHOLDER | STRING PLACEHOLDER | holders PLACEHOLDER | holders STRING PLACEHOLDER ;
formatted: | STRING | interpolations | interpolations STRING ;
interpolations: interpolation | STRING interpolation | interpolations interpolation | interpolations STRING interpolation ;
interpolation: '<{' interpolated documented converted specified '}>' ;
interpolated: exprs | yield ;
documented: | '<=>' ;
converted: | CONVERSION ;
specified: | '<:' formatted ;
