; An if that raises AssertionError; an assert.
(if_statement
  !alternative
  consequence: (block
    . (raise_statement !cause [(identifier) @_error (call function: (identifier) @_error)]) .)
  (#eq? @_error "AssertionError")) @present

(if_statement
  (elif_clause
    consequence: (block
      . (raise_statement !cause [(identifier) @_error (call function: (identifier) @_error)]) .)) @present
  . (#eq? @_error "AssertionError"))

(assert_statement) @applicable
