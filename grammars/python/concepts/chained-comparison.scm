; Two comparisons in a chain, both from small to large; two of them joined by and that share an operand.
(comparison_operator ["<" "<="] ["<" "<="]) @present

(boolean_operator
  left: [
    (comparison_operator . (_) @_a ["<" "<="] (_) @_b .)
    (parenthesized_expression (comparison_operator . (_) @_a ["<" "<="] (_) @_b .))
    (boolean_operator
      operator: "and"
      right: [
        (comparison_operator . (_) @_a ["<" "<="] (_) @_b .)
        (parenthesized_expression (comparison_operator . (_) @_a ["<" "<="] (_) @_b .))
      ])
  ]
  operator: "and"
  right: [
    (comparison_operator . (_) @_c ["<" "<="] (_) @_d .)
    (parenthesized_expression (comparison_operator . (_) @_c ["<" "<="] (_) @_d .))
  ]
  (#eq? @_b @_c)) @applicable

(boolean_operator
  left: [
    (comparison_operator . (_) @_a ["<" "<="] (_) @_b .)
    (parenthesized_expression (comparison_operator . (_) @_a ["<" "<="] (_) @_b .))
    (boolean_operator
      operator: "and"
      right: [
        (comparison_operator . (_) @_a ["<" "<="] (_) @_b .)
        (parenthesized_expression (comparison_operator . (_) @_a ["<" "<="] (_) @_b .))
      ])
  ]
  operator: "and"
  right: [
    (comparison_operator . (_) @_c ["<" "<="] (_) @_d .)
    (parenthesized_expression (comparison_operator . (_) @_c ["<" "<="] (_) @_d .))
  ]
  (#eq? @_d @_a)) @applicable

(boolean_operator
  left: [
    (comparison_operator . (_) @_a ["<" "<="] (_) @_b .)
    (parenthesized_expression (comparison_operator . (_) @_a ["<" "<="] (_) @_b .))
    (boolean_operator
      operator: "and"
      right: [
        (comparison_operator . (_) @_a ["<" "<="] (_) @_b .)
        (parenthesized_expression (comparison_operator . (_) @_a ["<" "<="] (_) @_b .))
      ])
  ]
  operator: "and"
  right: [
    (comparison_operator . (_) @_c [">" ">="] (_) @_d .)
    (parenthesized_expression (comparison_operator . (_) @_c [">" ">="] (_) @_d .))
  ]
  (#eq? @_b @_d)) @applicable

(boolean_operator
  left: [
    (comparison_operator . (_) @_a ["<" "<="] (_) @_b .)
    (parenthesized_expression (comparison_operator . (_) @_a ["<" "<="] (_) @_b .))
    (boolean_operator
      operator: "and"
      right: [
        (comparison_operator . (_) @_a ["<" "<="] (_) @_b .)
        (parenthesized_expression (comparison_operator . (_) @_a ["<" "<="] (_) @_b .))
      ])
  ]
  operator: "and"
  right: [
    (comparison_operator . (_) @_c [">" ">="] (_) @_d .)
    (parenthesized_expression (comparison_operator . (_) @_c [">" ">="] (_) @_d .))
  ]
  (#eq? @_a @_c)) @applicable

(boolean_operator
  left: [
    (comparison_operator . (_) @_a [">" ">="] (_) @_b .)
    (parenthesized_expression (comparison_operator . (_) @_a [">" ">="] (_) @_b .))
    (boolean_operator
      operator: "and"
      right: [
        (comparison_operator . (_) @_a [">" ">="] (_) @_b .)
        (parenthesized_expression (comparison_operator . (_) @_a [">" ">="] (_) @_b .))
      ])
  ]
  operator: "and"
  right: [
    (comparison_operator . (_) @_c ["<" "<="] (_) @_d .)
    (parenthesized_expression (comparison_operator . (_) @_c ["<" "<="] (_) @_d .))
  ]
  (#eq? @_a @_c)) @applicable

(boolean_operator
  left: [
    (comparison_operator . (_) @_a [">" ">="] (_) @_b .)
    (parenthesized_expression (comparison_operator . (_) @_a [">" ">="] (_) @_b .))
    (boolean_operator
      operator: "and"
      right: [
        (comparison_operator . (_) @_a [">" ">="] (_) @_b .)
        (parenthesized_expression (comparison_operator . (_) @_a [">" ">="] (_) @_b .))
      ])
  ]
  operator: "and"
  right: [
    (comparison_operator . (_) @_c ["<" "<="] (_) @_d .)
    (parenthesized_expression (comparison_operator . (_) @_c ["<" "<="] (_) @_d .))
  ]
  (#eq? @_b @_d)) @applicable

(boolean_operator
  left: [
    (comparison_operator . (_) @_a [">" ">="] (_) @_b .)
    (parenthesized_expression (comparison_operator . (_) @_a [">" ">="] (_) @_b .))
    (boolean_operator
      operator: "and"
      right: [
        (comparison_operator . (_) @_a [">" ">="] (_) @_b .)
        (parenthesized_expression (comparison_operator . (_) @_a [">" ">="] (_) @_b .))
      ])
  ]
  operator: "and"
  right: [
    (comparison_operator . (_) @_c [">" ">="] (_) @_d .)
    (parenthesized_expression (comparison_operator . (_) @_c [">" ">="] (_) @_d .))
  ]
  (#eq? @_a @_d)) @applicable

(boolean_operator
  left: [
    (comparison_operator . (_) @_a [">" ">="] (_) @_b .)
    (parenthesized_expression (comparison_operator . (_) @_a [">" ">="] (_) @_b .))
    (boolean_operator
      operator: "and"
      right: [
        (comparison_operator . (_) @_a [">" ">="] (_) @_b .)
        (parenthesized_expression (comparison_operator . (_) @_a [">" ">="] (_) @_b .))
      ])
  ]
  operator: "and"
  right: [
    (comparison_operator . (_) @_c [">" ">="] (_) @_d .)
    (parenthesized_expression (comparison_operator . (_) @_c [">" ">="] (_) @_d .))
  ]
  (#eq? @_b @_c)) @applicable
