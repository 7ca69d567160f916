; A membership test in a display of several values; neighbouring comparisons of one value.
(comparison_operator ["in" "not in"] (tuple . (_) . (_)) .) @present

(boolean_operator
  left: [
    (comparison_operator . (_) @_value "==" (_) .)
    (parenthesized_expression (comparison_operator . (_) @_value "==" (_) .))
    (boolean_operator
      operator: "or"
      right: [
        (comparison_operator . (_) @_value "==" (_) .)
        (parenthesized_expression (comparison_operator . (_) @_value "==" (_) .))
      ])
  ]
  operator: "or"
  right: [
    (comparison_operator . (_) @_value_2 "==" (_) .)
    (parenthesized_expression (comparison_operator . (_) @_value_2 "==" (_) .))
  ]
  (#eq? @_value @_value_2)
  (#not-match? @_value "\\(")) @applicable

(boolean_operator
  left: [
    (comparison_operator . (_) @_value "!=" (_) .)
    (parenthesized_expression (comparison_operator . (_) @_value "!=" (_) .))
    (boolean_operator
      operator: "and"
      right: [
        (comparison_operator . (_) @_value "!=" (_) .)
        (parenthesized_expression (comparison_operator . (_) @_value "!=" (_) .))
      ])
  ]
  operator: "and"
  right: [
    (comparison_operator . (_) @_value_2 "!=" (_) .)
    (parenthesized_expression (comparison_operator . (_) @_value_2 "!=" (_) .))
  ]
  (#eq? @_value @_value_2)
  (#not-match? @_value "\\(")) @applicable
