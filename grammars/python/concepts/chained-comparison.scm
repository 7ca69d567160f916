; Two comparisons in a chain, both from small to large; two of them joined by and, where what is small in one is large in the other.
(comparison_operator ["<" "<="] ["<" "<="]) @present

(boolean_operator
  left: [
    (comparison_operator . (_) @_small ["<" "<="] (_) @_large .)
    (comparison_operator . (_) @_large [">" ">="] (_) @_small .)
    (parenthesized_expression
      [
        (comparison_operator . (_) @_small ["<" "<="] (_) @_large .)
        (comparison_operator . (_) @_large [">" ">="] (_) @_small .)
      ])
    (boolean_operator
      operator: "and"
      right: [
        (comparison_operator . (_) @_small ["<" "<="] (_) @_large .)
        (comparison_operator . (_) @_large [">" ">="] (_) @_small .)
        (parenthesized_expression
          [
            (comparison_operator . (_) @_small ["<" "<="] (_) @_large .)
            (comparison_operator . (_) @_large [">" ">="] (_) @_small .)
          ])
      ])
  ]
  operator: "and"
  right: [
    (comparison_operator . (_) @_small_2 ["<" "<="] (_) @_large_2 .)
    (comparison_operator . (_) @_large_2 [">" ">="] (_) @_small_2 .)
    (parenthesized_expression
      [
        (comparison_operator . (_) @_small_2 ["<" "<="] (_) @_large_2 .)
        (comparison_operator . (_) @_large_2 [">" ">="] (_) @_small_2 .)
      ])
  ]
  (#eq? @_large @_small_2)) @applicable

(boolean_operator
  left: [
    (comparison_operator . (_) @_small ["<" "<="] (_) @_large .)
    (comparison_operator . (_) @_large [">" ">="] (_) @_small .)
    (parenthesized_expression
      [
        (comparison_operator . (_) @_small ["<" "<="] (_) @_large .)
        (comparison_operator . (_) @_large [">" ">="] (_) @_small .)
      ])
    (boolean_operator
      operator: "and"
      right: [
        (comparison_operator . (_) @_small ["<" "<="] (_) @_large .)
        (comparison_operator . (_) @_large [">" ">="] (_) @_small .)
        (parenthesized_expression
          [
            (comparison_operator . (_) @_small ["<" "<="] (_) @_large .)
            (comparison_operator . (_) @_large [">" ">="] (_) @_small .)
          ])
      ])
  ]
  operator: "and"
  right: [
    (comparison_operator . (_) @_small_2 ["<" "<="] (_) @_large_2 .)
    (comparison_operator . (_) @_large_2 [">" ">="] (_) @_small_2 .)
    (parenthesized_expression
      [
        (comparison_operator . (_) @_small_2 ["<" "<="] (_) @_large_2 .)
        (comparison_operator . (_) @_large_2 [">" ">="] (_) @_small_2 .)
      ])
  ]
  (#eq? @_small @_large_2)) @applicable
