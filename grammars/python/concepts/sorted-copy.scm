; A name for sorted(); a list() of something that is sorted in the next statement.
(assignment left: (identifier) right: (call function: (identifier) @_made) (#eq? @_made "sorted")) @present

(block
  (expression_statement
    (assignment
      left: (identifier) @_name
      right: (call function: (identifier) @_made arguments: (argument_list . (_) .))))
  . (expression_statement
    (call function: (attribute object: (identifier) @_sorted attribute: (identifier) @_verb))) @applicable
  (#eq? @_made "list")
  (#eq? @_verb "sort")
  (#eq? @_name @_sorted))
