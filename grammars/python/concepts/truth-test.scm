; A length compared with 0 or 1, or a comparison with True or False.
(comparison_operator
  . (call function: (identifier) @_len arguments: (argument_list . (_) .))
  ["==" "!=" ">"]
  (integer) @_size
  . (#eq? @_len "len")
  (#eq? @_size "0")) @applicable

(comparison_operator
  . (call function: (identifier) @_len arguments: (argument_list . (_) .))
  [">=" "<"]
  (integer) @_size
  . (#eq? @_len "len")
  (#eq? @_size "1")) @applicable

(comparison_operator . (_) ["==" "!="] [(true) (false)] .) @applicable

[
  (argument_list (comparison_operator (call) ["!=" ">" ">="] (integer)) @excluded)
  (assignment right: (comparison_operator (call) ["!=" ">" ">="] (integer)) @excluded)
  (assignment
    right: (parenthesized_expression (comparison_operator (call) ["!=" ">" ">="] (integer)) @excluded))
  (keyword_argument value: (comparison_operator (call) ["!=" ">" ">="] (integer)) @excluded)
  (return_statement (comparison_operator (call) ["!=" ">" ">="] (integer)) @excluded)
]
