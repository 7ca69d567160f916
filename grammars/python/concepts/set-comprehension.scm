; A set comprehension that is returned or gets a name; a loop that adds to the set that was made empty just before it.
[
  (assignment left: (identifier) right: (set_comprehension) @present)
  (return_statement (set_comprehension) @present)
]

(block
  (expression_statement (assignment left: (identifier) @_name right: (call) @_empty))
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
  (#eq? @_empty "set()")
  (#eq? @_verb "add")
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
