; not in or is not; a negated in or is.
(comparison_operator ["not in" "is not"]) @present

(not_operator
  argument: [
    (comparison_operator . (_) ["in" "is"] (_) .)
    (parenthesized_expression (comparison_operator . (_) ["in" "is"] (_) .))
  ]) @applicable
