; A dict comprehension that is returned or gets a name; a loop that stores into the dict that was made empty just before it.
[
  (assignment left: (identifier) right: (dictionary_comprehension) @present)
  (return_statement (dictionary_comprehension) @present)
]

(block
  (expression_statement (assignment left: (identifier) @_name right: [(dictionary) (call)] @_empty))
  . (for_statement
    !alternative
    body: (block
      . [
        (expression_statement (assignment left: (subscript value: (identifier) @_filled) !type))
        (_
          !alternative
          (block . (expression_statement (assignment left: (subscript value: (identifier) @_filled) !type)) .))
        (_
          !alternative
          (block
            . (_
              !alternative
              (block
                . (expression_statement (assignment left: (subscript value: (identifier) @_filled) !type)) .)) .))
        (_
          !alternative
          (block
            . (_
              !alternative
              (block
                . (_
                  !alternative
                  (block
                    . (expression_statement (assignment left: (subscript value: (identifier) @_filled) !type)) .)) .)) .))
      ] .)) @applicable
  (#any-of? @_empty "{}" "dict()")
  (#eq? @_name @_filled))

(for_statement
  body: (block
    . [
      (try_statement)
      (while_statement)
      (with_statement)
      (_ (block . [(try_statement) (while_statement) (with_statement)] .))
      (_
        (block . (_ (block . [(try_statement) (while_statement) (with_statement)] .)) .))
    ] .)) @excluded
