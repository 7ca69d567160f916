; min() or max() of two values; a conditional expression that picks the smaller or larger of two.
(call
  function: (identifier) @_fold
  arguments: (argument_list
    . [(attribute) (float) (identifier) (integer) (string) (subscript) (unary_operator)]
    . [(attribute) (float) (identifier) (integer) (string) (subscript) (unary_operator)] .)
  (#any-of? @_fold "min" "max")) @present

(conditional_expression
  . (_) @_a
  . (comparison_operator . (_) @_left ["<" "<=" ">" ">="] (_) @_right .)
  . (_) @_b
  . (#eq? @_a @_left)
  (#eq? @_b @_right)) @applicable

(conditional_expression
  . (_) @_a
  . (comparison_operator . (_) @_left ["<" "<=" ">" ">="] (_) @_right .)
  . (_) @_b
  . (#eq? @_a @_right)
  (#eq? @_b @_left)) @applicable
