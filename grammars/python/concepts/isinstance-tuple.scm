; isinstance() with several classes; neighbouring isinstance() tests of one value.
(call
  function: (identifier) @_asked
  arguments: (argument_list . (_) . (tuple . (_) . (_)) .)
  (#eq? @_asked "isinstance")) @present

(boolean_operator
  left: [
    (call function: (identifier) @_asked arguments: (argument_list . (_) @_value . (_) .))
    (boolean_operator
      operator: "or"
      right: (call function: (identifier) @_asked arguments: (argument_list . (_) @_value . (_) .)))
  ]
  operator: "or"
  right: (call function: (identifier) @_asked_2 arguments: (argument_list . (_) @_value_2 . (_) .))
  (#eq? @_asked "isinstance")
  (#eq? @_asked_2 "isinstance")
  (#eq? @_value @_value_2)) @applicable

(boolean_operator
  left: [
    (not_operator
      argument: (call function: (identifier) @_asked arguments: (argument_list . (_) @_value . (_) .)))
    (parenthesized_expression
      (not_operator
        argument: (call function: (identifier) @_asked arguments: (argument_list . (_) @_value . (_) .))))
    (boolean_operator
      operator: "and"
      right: [
        (not_operator
          argument: (call function: (identifier) @_asked arguments: (argument_list . (_) @_value . (_) .)))
        (parenthesized_expression
          (not_operator
            argument: (call function: (identifier) @_asked arguments: (argument_list . (_) @_value . (_) .))))
      ])
  ]
  operator: "and"
  right: [
    (not_operator
      argument: (call function: (identifier) @_asked_2 arguments: (argument_list . (_) @_value_2 . (_) .)))
    (parenthesized_expression
      (not_operator
        argument: (call function: (identifier) @_asked_2 arguments: (argument_list . (_) @_value_2 . (_) .))))
  ]
  (#eq? @_asked "isinstance")
  (#eq? @_asked_2 "isinstance")
  (#eq? @_value @_value_2)) @applicable
