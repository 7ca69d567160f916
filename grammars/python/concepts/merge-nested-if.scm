; An if with two conditions joined by and; an if that holds nothing but another if.
(if_statement
  !alternative
  condition: [
    (boolean_operator operator: "and")
    (parenthesized_expression (boolean_operator operator: "and"))
  ]) @present

(if_statement
  (elif_clause
    condition: [
      (boolean_operator operator: "and")
      (parenthesized_expression (boolean_operator operator: "and"))
    ]) @present .)

(if_statement !alternative consequence: (block . (if_statement !alternative) .)) @applicable

(if_statement (elif_clause consequence: (block . (if_statement !alternative) .)) @applicable .)
