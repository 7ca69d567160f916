; A handler of Exception without a name; a handler without a class.
(except_clause value: (identifier) @_error (#eq? @_error "Exception")) @present

(except_clause !value) @applicable
