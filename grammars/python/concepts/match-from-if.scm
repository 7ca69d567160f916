; A match statement; an if chain whose tests compare one value with constants or classes.
(match_statement) @present

(if_statement
  condition: [
    (comparison_operator . (_) @_value ["==" "in" "is"] (_) .)
    (call function: (identifier) @_asked arguments: (argument_list . (_) @_value . (_) .))
  ]
  alternative: (elif_clause
    condition: [
      (comparison_operator . (_) @_value_2 ["==" "in" "is"] (_) .)
      (call function: (identifier) @_asked arguments: (argument_list . (_) @_value_2 . (_) .))
    ])
  (#eq? @_value @_value_2)
  (#eq? @_asked "isinstance")
  (#not-match? @_value "[\\[(]")) @applicable

(if_statement
  condition: [
    (boolean_operator)
    (not_operator)
    (identifier)
    (attribute)
    (subscript)
    (named_expression)
    (parenthesized_expression)
    (comparison_operator . (_) ["!=" "<" ">" "<=" ">=" "not in" "is not"])
    (comparison_operator (_) "==" [(identifier) (call) (subscript) (true) (false) (none)])
    (comparison_operator (_) "in" [(identifier) (call) (subscript) (attribute) (list) (set) (string)])
    (comparison_operator (_) "is" [(identifier) (call) (subscript) (attribute) (true) (false)])
  ]) @excluded

(if_statement
  alternative: (elif_clause
    condition: [
      (boolean_operator)
      (not_operator)
      (identifier)
      (attribute)
      (subscript)
      (named_expression)
      (parenthesized_expression)
      (comparison_operator . (_) ["!=" "<" ">" "<=" ">=" "not in" "is not"])
      (comparison_operator (_) "==" [(identifier) (call) (subscript) (true) (false) (none)])
      (comparison_operator (_) "in" [(identifier) (call) (subscript) (attribute) (list) (set) (string)])
      (comparison_operator (_) "is" [(identifier) (call) (subscript) (attribute) (true) (false)])
    ])) @excluded

(if_statement
  condition: [(comparison_operator . (_) @_value) (call arguments: (argument_list . (_) @_value))]
  alternative: (elif_clause
    condition: [(comparison_operator . (_) @_value_2) (call arguments: (argument_list . (_) @_value_2))])
  (#not-eq? @_value @_value_2)) @excluded

(if_statement condition: (call function: (_) @_asked) (#not-eq? @_asked "isinstance")) @excluded

(if_statement
  alternative: (elif_clause condition: (call function: (_) @_asked))
  (#not-eq? @_asked "isinstance")) @excluded
