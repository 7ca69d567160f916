; A with statement that holds a lock; a lock that is acquired, and released in a finally.
(with_statement
  (with_clause . (with_item value: [(identifier) (attribute)] @_lock) .)
  (#match? @_lock "(?i)(lock|mutex|cond)[^.]*$")) @present

(block
  (expression_statement
    (call
      function: (attribute object: (_) @_owner attribute: (identifier) @_acquire)
      arguments: (argument_list) @_nothing))
  . (try_statement
    body: (block)
    . (finally_clause
      (block
        . (expression_statement
          (call function: (attribute object: (_) @_freed attribute: (identifier) @_release))) .))) @applicable
  (#eq? @_acquire "acquire")
  (#eq? @_release "release")
  (#eq? @_nothing "()")
  (#eq? @_owner @_freed))
