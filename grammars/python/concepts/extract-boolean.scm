; A compound condition that gets a name just before its if; an if with a compound condition.
(block
  (expression_statement
    (assignment
      left: (identifier) @_name
      right: [(boolean_operator) (parenthesized_expression (boolean_operator))]))
  . (if_statement condition: (identifier) @_asked) @present
  (#eq? @_name @_asked))

(if_statement
  condition: [(boolean_operator) (parenthesized_expression (boolean_operator))] @_test
  (#not-match? @_test ":=")) @applicable
