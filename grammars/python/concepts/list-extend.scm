; A call of extend(); a loop that appends to a list which is not made just before it.
(call function: (attribute attribute: (identifier) @_verb) (#eq? @_verb "extend")) @present

(for_statement
  !alternative
  left: (_) @_item
  body: (block
    . [
      (expression_statement
        (call
          function: (attribute object: (identifier) attribute: (identifier) @_verb)
          arguments: (argument_list . (_) .)))
      (_
        !alternative
        (block
          . (expression_statement
            (call
              function: (attribute object: (identifier) attribute: (identifier) @_verb)
              arguments: (argument_list . (_) .))) .))
      (_
        !alternative
        (block
          . (_
            !alternative
            (block
              . (expression_statement
                (call
                  function: (attribute object: (identifier) attribute: (identifier) @_verb)
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
                      function: (attribute object: (identifier) attribute: (identifier) @_verb)
                      arguments: (argument_list . (_) .))) .)) .)) .))
    ] .)
  (#eq? @_verb "append")) @applicable

(block
  (expression_statement (assignment left: (identifier) right: [(list) (call)] @_empty))
  . (for_statement) @excluded
  (#any-of? @_empty "[]" "list()"))

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
