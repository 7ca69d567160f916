; A with statement that names a resource other than a file; a resource that is made, used and closed by hand.
(with_statement
  (with_clause
    . (with_item
      value: (as_pattern
        (call function: [(identifier) @_made (attribute attribute: (identifier) @_made)])
        alias: (as_pattern_target (identifier)))) @present .)
  (#not-match? @_made "open$"))

(block
  (expression_statement
    (assignment
      left: (identifier) @_name
      !type
      right: (call function: [(identifier) @_made (attribute attribute: (identifier) @_made)]))) @applicable
  (expression_statement
    (call
      function: (attribute object: (identifier) @_closed attribute: (identifier) @_close)
      arguments: (argument_list) @_nothing))
  (#eq? @_name @_closed)
  (#eq? @_close "close")
  (#eq? @_nothing "()")
  (#not-match? @_made "open$"))

(block
  (expression_statement
    (assignment
      left: (identifier) @_name
      !type
      right: (call function: [(identifier) @_made (attribute attribute: (identifier) @_made)]))) @applicable
  . (try_statement
    body: (block)
    . (finally_clause
      (block
        . (expression_statement
          (call
            function: (attribute object: (identifier) @_closed attribute: (identifier) @_close)
            arguments: (argument_list) @_nothing)) .)))
  (#eq? @_name @_closed)
  (#eq? @_close "close")
  (#eq? @_nothing "()")
  (#not-match? @_made "open$"))
