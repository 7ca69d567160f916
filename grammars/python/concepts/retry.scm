; A loop over a range whose body is one try; a function that calls something and does not begin with a try or a loop.
(function_definition
  body: (block
    (for_statement
      right: (call function: (identifier) @_range)
      body: (block . (try_statement (except_clause)) .)) @present .)
  (#eq? @_range "range"))

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
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . [(try_statement) (for_statement) (while_statement)])) @excluded

(call) @needed

[(yield) (global_statement) (nonlocal_statement)] @blocked
