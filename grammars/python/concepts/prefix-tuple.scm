; startswith() or endswith() with several texts; neighbouring tests of one string.
(call
  function: (attribute attribute: (identifier) @_asked)
  arguments: (argument_list . (tuple . (_) . (_)) .)
  (#any-of? @_asked "startswith" "endswith")) @present

(boolean_operator
  left: [
    (call function: (attribute attribute: (identifier) @_asked) @_test arguments: (argument_list . (_) .))
    (boolean_operator
      operator: "or"
      right: (call
        function: (attribute attribute: (identifier) @_asked) @_test
        arguments: (argument_list . (_) .)))
  ]
  operator: "or"
  right: (call function: (attribute) @_test_2 arguments: (argument_list . (_) .))
  (#any-of? @_asked "startswith" "endswith")
  (#eq? @_test @_test_2)) @applicable
