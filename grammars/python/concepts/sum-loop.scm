; sum() of a generator that is returned or gets a name; a loop that adds to the number that was set to 0 just before it.
[
  (assignment
    left: (identifier)
    right: ((call
       function: (identifier) @_fold
       arguments: [(generator_expression) (argument_list . (generator_expression) .)]) @present
      (#eq? @_fold "sum")))
  (return_statement
    ((call
       function: (identifier) @_fold
       arguments: [(generator_expression) (argument_list . (generator_expression) .)]) @present
      (#eq? @_fold "sum")))
]

(block
  (expression_statement (assignment left: (identifier) @_name right: (integer) @_zero))
  . (for_statement
    !alternative
    body: (block
      . [
        (expression_statement
          [
            (augmented_assignment left: (identifier) @_grown "+=")
            (assignment left: (identifier) @_grown right: (binary_operator left: (identifier) operator: "+"))
          ])
        (_
          !alternative
          (block
            . (expression_statement
              [
                (augmented_assignment left: (identifier) @_grown "+=")
                (assignment
                  left: (identifier) @_grown
                  right: (binary_operator left: (identifier) operator: "+"))
              ]) .))
        (_
          !alternative
          (block
            . (_
              !alternative
              (block
                . (expression_statement
                  [
                    (augmented_assignment left: (identifier) @_grown "+=")
                    (assignment
                      left: (identifier) @_grown
                      right: (binary_operator left: (identifier) operator: "+"))
                  ]) .)) .))
        (_
          !alternative
          (block
            . (_
              !alternative
              (block
                . (_
                  !alternative
                  (block
                    . (expression_statement
                      [
                        (augmented_assignment left: (identifier) @_grown "+=")
                        (assignment
                          left: (identifier) @_grown
                          right: (binary_operator left: (identifier) operator: "+"))
                      ]) .)) .)) .))
      ] .)) @applicable
  (#eq? @_zero "0")
  (#eq? @_name @_grown))

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
