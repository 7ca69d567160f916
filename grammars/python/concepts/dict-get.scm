; A call of get() with a key; a look-up guarded by a test for the key or by a caught KeyError.
(call
  function: (attribute object: [(identifier) (attribute)] attribute: (identifier) @_verb)
  arguments: (argument_list . (_) . (_)? .)
  (#eq? @_verb "get")) @present

(conditional_expression
  . (subscript value: (_) @_item_of subscript: (_) @_item)
  . (comparison_operator . (_) @_key "in" (_) @_mapping .)
  . (_) @_otherwise
  . (#eq? @_key @_item)
  (#eq? @_mapping @_item_of)
  (#match? @_otherwise "^(-?[\\w.]+|[bru]?\"[^\"]*\"|[bru]?'[^']*'|\\[\\]|\\{\\}|(set|list|dict)\\(\\)|\\([\\w., ]*\\))$")) @applicable

(conditional_expression
  . (_) @_otherwise
  . (comparison_operator . (_) @_key "not in" (_) @_mapping .)
  . (subscript value: (_) @_item_of subscript: (_) @_item)
  . (#eq? @_key @_item)
  (#eq? @_mapping @_item_of)
  (#match? @_otherwise "^(-?[\\w.]+|[bru]?\"[^\"]*\"|[bru]?'[^']*'|\\[\\]|\\{\\}|(set|list|dict)\\(\\)|\\([\\w., ]*\\))$")) @applicable

(if_statement
  condition: (comparison_operator . (_) @_key "in" (_) @_mapping .)
  consequence: (block
    . (expression_statement
      (assignment left: (_) @_target right: (subscript value: (_) @_item_of subscript: (_) @_item))) .)
  . alternative: (else_clause
    body: (block . (expression_statement (assignment left: (_) @_target_2 right: (_) @_otherwise)) .))
  (#eq? @_key @_item)
  (#eq? @_mapping @_item_of)
  (#eq? @_target @_target_2)
  (#match? @_otherwise "^(-?[\\w.]+|[bru]?\"[^\"]*\"|[bru]?'[^']*'|\\[\\]|\\{\\}|(set|list|dict)\\(\\)|\\([\\w., ]*\\))$")) @applicable

(if_statement
  condition: (comparison_operator . (_) @_key "not in" (_) @_mapping .)
  consequence: (block . (expression_statement (assignment left: (_) @_target right: (_) @_otherwise)) .)
  . alternative: (else_clause
    body: (block
      . (expression_statement
        (assignment left: (_) @_target_2 right: (subscript value: (_) @_item_of subscript: (_) @_item))) .))
  (#eq? @_key @_item)
  (#eq? @_mapping @_item_of)
  (#eq? @_target @_target_2)
  (#match? @_otherwise "^(-?[\\w.]+|[bru]?\"[^\"]*\"|[bru]?'[^']*'|\\[\\]|\\{\\}|(set|list|dict)\\(\\)|\\([\\w., ]*\\))$")) @applicable

(try_statement
  body: (block . (expression_statement (assignment left: (_) @_target right: (subscript))) .)
  . (except_clause
    value: (identifier) @_error
    (block . (expression_statement (assignment left: (_) @_target_2 right: (_) @_otherwise)) .))
  . (#eq? @_error "KeyError")
  (#eq? @_target @_target_2)
  (#match? @_otherwise "^(-?[\\w.]+|[bru]?\"[^\"]*\"|[bru]?'[^']*'|\\[\\]|\\{\\}|(set|list|dict)\\(\\)|\\([\\w., ]*\\))$")) @applicable
