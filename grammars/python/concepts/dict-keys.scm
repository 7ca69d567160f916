; A loop, comprehension or membership test over keys().
(for_statement
  right: (call
    function: (attribute attribute: (identifier) @_verb)
    arguments: (argument_list) @_nothing) @applicable
  (#eq? @_verb "keys")
  (#eq? @_nothing "()"))

(for_in_clause
  right: (call
    function: (attribute attribute: (identifier) @_verb)
    arguments: (argument_list) @_nothing) @applicable
  (#eq? @_verb "keys")
  (#eq? @_nothing "()"))

(comparison_operator
  ["in" "not in"]
  (call function: (attribute attribute: (identifier) @_verb) arguments: (argument_list) @_nothing) @applicable
  . (#eq? @_verb "keys")
  (#eq? @_nothing "()"))
