; A list comprehension that is returned or gets a name; a loop that appends to the list that was made empty just before it.
[
  (assignment left: (identifier) right: (list_comprehension) @present)
  (return_statement (list_comprehension) @present)
]

(block
  (expression_statement (assignment left: (identifier) @_name right: [(list) (call)] @_empty))
  . (for_statement
    !alternative
    body: (block
      . [
        (expression_statement
          (call
            function: (attribute object: (identifier) @_filled attribute: (identifier) @_verb)
            arguments: (argument_list . (_) .)))
        (_
          !alternative
          (block
            . (expression_statement
              (call
                function: (attribute object: (identifier) @_filled attribute: (identifier) @_verb)
                arguments: (argument_list . (_) .))) .))
        (_
          !alternative
          (block
            . (_
              !alternative
              (block
                . (expression_statement
                  (call
                    function: (attribute object: (identifier) @_filled attribute: (identifier) @_verb)
                    arguments: (argument_list . (_) .))) .)) .))
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
                      (call
                        function: (attribute object: (identifier) @_filled attribute: (identifier) @_verb)
                        arguments: (argument_list . (_) .))) .)) .)) .))
      ] .)) @applicable
  (#any-of? @_empty "[]" "list()")
  (#eq? @_verb "append")
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
