; A condition that is returned at the end of a block; an if that returns a truth value, with the opposite behind it.
(block
  (return_statement
    [
      (comparison_operator)
      (not_operator)
      (boolean_operator)
      (parenthesized_expression [(comparison_operator) (not_operator) (boolean_operator)])
      ((call function: [(identifier) @_asked (attribute attribute: (identifier) @_asked)])
        (#any-of? @_asked "isinstance" "issubclass" "hasattr" "callable" "any" "all" "bool" "startswith" "endswith" "exists" "is_file" "is_dir" "isfile" "isdir"))
    ]) @present .)

(block
  (if_statement !alternative consequence: (block . (return_statement [(true) (false)] @_then) .)) @applicable
  . (return_statement [(true) (false)] @_otherwise)
  . (#not-eq? @_then @_otherwise))

(if_statement
  consequence: (block . (return_statement [(true) (false)] @_then) .)
  . alternative: (else_clause body: (block . (return_statement [(true) (false)] @_otherwise) .))
  (#not-eq? @_then @_otherwise)) @applicable

(if_statement
  (elif_clause consequence: (block . (return_statement [(true) (false)] @_then) .)) @applicable
  . alternative: (else_clause body: (block . (return_statement [(true) (false)] @_otherwise) .))
  (#not-eq? @_then @_otherwise))
