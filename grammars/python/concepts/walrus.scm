; A name that is bound inside the test of an if or while; a name that is bound just before its test.
[
  (if_statement
    condition: [
      (named_expression) @present
      (_ (named_expression) @present)
      (_ (_ (named_expression) @present))
      (_ (_ (_ (named_expression) @present)))
    ])
  (while_statement
    condition: [
      (named_expression) @present
      (_ (named_expression) @present)
      (_ (_ (named_expression) @present))
      (_ (_ (_ (named_expression) @present)))
    ])
]

(block
  (expression_statement (assignment left: (identifier) @_name right: (_) @_value))
  . (if_statement
    condition: [
      (identifier) @_asked
      (not_operator argument: (identifier) @_asked)
      (comparison_operator . (identifier) @_asked)
    ]) @applicable
  (#eq? @_name @_asked)
  (#not-match? @_value "\\b(await|yield|super|locals|eval|exec|vars)\\b|:=|^(lambda|None$|True$|False$|[0-9.]+$|b?'[^']*'$|b?\"[^\"]*\"$)"))

(while_statement
  !alternative
  condition: (true)
  body: (block
    . (expression_statement (assignment left: (identifier) @_name !type right: (_) @_value))
    . (if_statement
      !alternative
      condition: [
        (identifier) @_asked
        (not_operator argument: (identifier) @_asked)
        (comparison_operator . (identifier) @_asked)
      ]
      consequence: (block . (break_statement) .)))
  (#eq? @_name @_asked)) @applicable
