; An if that holds nothing but another if; an if with two conditions joined by and.
(if_statement !alternative consequence: (block . (if_statement !alternative) .)) @present

(if_statement (elif_clause consequence: (block . (if_statement !alternative) .)) @present .)

(if_statement
  !alternative
  condition: [
    (boolean_operator operator: "and")
    (parenthesized_expression (boolean_operator operator: "and"))
  ]) @applicable

(if_statement
  (elif_clause
    condition: [
      (boolean_operator operator: "and")
      (parenthesized_expression (boolean_operator operator: "and"))
    ]) @applicable .)

(_
  condition: [
    (boolean_operator left: (boolean_operator operator: "and") operator: "and")
    (parenthesized_expression (boolean_operator left: (boolean_operator operator: "and") operator: "and"))
  ]) @excluded
