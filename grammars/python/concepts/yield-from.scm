; yield from; a loop that only yields its variable.
(yield "from") @present

(for_statement
  left: (identifier) @_item
  !alternative
  body: (block . (expression_statement (yield (identifier) @_yielded)) .)
  (#eq? @_item @_yielded)) @applicable

(function_definition "async") @blocked
