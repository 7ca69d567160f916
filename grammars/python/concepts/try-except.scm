; A try around the body that raises Exception again; a function that is no stub and does not begin with a try.
(function_definition
  body: (block
    (try_statement (except_clause value: (_) @_error (block (raise_statement) @_again .))) @present .)
  (#match? @_error "^Exception\\b")
  (#eq? @_again "raise"))

(function_definition) @applicable

(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . [(pass_statement) (expression_statement [(ellipsis) (string) (concatenated_string)])] .)) @excluded

(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . (raise_statement [(identifier) @_stub (call function: (identifier) @_stub)]))
  (#eq? @_stub "NotImplementedError")) @excluded

(function_definition
  body: (block . (expression_statement [(string) (concatenated_string)])? . (try_statement))) @excluded

(function_definition body: (block [(global_statement) (nonlocal_statement)])) @excluded
