; A conditional expression that is returned or assigned; an if and its else that both return, or assign one target.
[
  (return_statement (conditional_expression) @present)
  (assignment right: (conditional_expression) @present)
  (return_statement (parenthesized_expression (conditional_expression) @present))
  (assignment right: (parenthesized_expression (conditional_expression) @present))
]

(if_statement
  consequence: (block . (return_statement (_) @_a) .)
  . alternative: (else_clause body: (block . (return_statement (_) @_b) .))
  (#not-match? @_a "\\b(yield|else)\\b|:=|^(True|False)$")
  (#not-match? @_b "\\b(yield|else)\\b|:=|^(True|False)$")) @applicable

(if_statement
  consequence: (block . (expression_statement (assignment left: (_) @_target !type right: (_) @_a)) .)
  . alternative: (else_clause
    body: (block . (expression_statement (assignment left: (_) @_target_2 !type right: (_) @_b)) .))
  (#eq? @_target @_target_2)
  (#not-match? @_a "\\b(yield|else)\\b|:=|^(True|False)$")
  (#not-match? @_b "\\b(yield|else)\\b|:=|^(True|False)$")) @applicable

(if_statement alternative: (else_clause body: (block . (if_statement) @excluded .)))
