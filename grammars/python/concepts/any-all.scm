; A return of any() or all() over a generator; a loop that returns a truth value at the first hit, else the opposite.
(return_statement
  (call
    function: (identifier) @_fold
    arguments: [(generator_expression) (argument_list . (generator_expression) .)]) @present
  (#any-of? @_fold "any" "all"))

(block
  (for_statement
    !alternative
    body: (block
      . [
        (if_statement !alternative consequence: (block . (return_statement [(true) (false)] @_hit) .))
        (_
          !alternative
          (block
            . (if_statement !alternative consequence: (block . (return_statement [(true) (false)] @_hit) .)) .))
        (_
          !alternative
          (block
            . (_
              !alternative
              (block
                . (if_statement !alternative consequence: (block . (return_statement [(true) (false)] @_hit) .)) .)) .))
      ] .)) @applicable
  . (return_statement [(true) (false)] @_otherwise)
  . (#not-eq? @_hit @_otherwise))

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
