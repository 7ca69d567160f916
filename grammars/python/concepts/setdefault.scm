; A call of setdefault(); an if that fills a missing key.
(expression_statement
  (call
    function: (attribute attribute: (identifier) @_verb)
    arguments: (argument_list . (_) . (_) .)) @present
  (#eq? @_verb "setdefault"))

(expression_statement
  (call
    function: (attribute
      object: (call
        function: (attribute attribute: (identifier) @_verb)
        arguments: (argument_list . (_) . (_) .)) @present))
  (#eq? @_verb "setdefault"))

(if_statement
  !alternative
  condition: (comparison_operator . (_) @_key "not in" (_) @_mapping .)
  consequence: (block
    . (expression_statement
      (assignment left: (subscript value: (_) @_owner subscript: (_) @_index) !type right: (_) @_otherwise)) .)
  (#eq? @_key @_index)
  (#eq? @_mapping @_owner)
  (#match? @_otherwise "^(-?[\\w.]+|[bru]?\"[^\"]*\"|[bru]?'[^']*'|\\[\\]|\\{\\}|(set|list|dict)\\(\\)|\\([\\w., ]*\\))$")) @applicable

(if_statement
  (elif_clause
    condition: (comparison_operator . (_) @_key "not in" (_) @_mapping .)
    consequence: (block
      . (expression_statement
        (assignment left: (subscript value: (_) @_owner subscript: (_) @_index) !type right: (_) @_otherwise)) .)) @applicable
  . (#eq? @_key @_index)
  (#eq? @_mapping @_owner)
  (#match? @_otherwise "^(-?[\\w.]+|[bru]?\"[^\"]*\"|[bru]?'[^']*'|\\[\\]|\\{\\}|(set|list|dict)\\(\\)|\\([\\w., ]*\\))$"))
