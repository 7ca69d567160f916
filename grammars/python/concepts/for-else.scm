; A loop with an else; a flag that is set before a loop and asked behind it.
[(for_statement alternative: (else_clause)) (while_statement alternative: (else_clause))] @present

(block
  (expression_statement (assignment left: (identifier) @_flag right: [(true) (false)]))
  . [(for_statement !alternative) (while_statement !alternative)] @applicable
  . (if_statement condition: [(identifier) @_asked (not_operator argument: (identifier) @_asked)] !alternative)
  (#eq? @_flag @_asked))
