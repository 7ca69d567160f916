; join() of a generator on an empty string; a loop that grows the string that was made empty just before it.
(call
  function: (attribute object: (string) @_between attribute: (identifier) @_verb)
  arguments: [(generator_expression) (argument_list . (generator_expression) .)]
  (#any-of? @_between "''" "\"\"")
  (#eq? @_verb "join")) @present

(block
  (expression_statement (assignment left: (identifier) @_name right: (string) @_empty))
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
  (#any-of? @_empty "''" "\"\"")
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
