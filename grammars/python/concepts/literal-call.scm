; An empty display; dict(), list() or tuple() without arguments.
((dictionary) @present (#match? @present "^\\{\\s*\\}$"))

((list) @present (#match? @present "^\\[\\s*\\]$"))

((tuple) @present (#match? @present "^\\(\\s*\\)$"))

(call
  function: (identifier) @_kind
  arguments: (argument_list) @_nothing
  (#any-of? @_kind "dict" "list" "tuple")
  (#match? @_nothing "^\\(\\s*\\)$")) @applicable
