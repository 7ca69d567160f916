; A coroutine; a plain function that is no generator, no special method, not decorated and no stub.
(function_definition "async") @present @excluded

(function_definition) @applicable

(decorated_definition definition: (function_definition) @excluded)

((function_definition name: (identifier) @_name) @excluded (#match? @_name "^__"))

(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . [(pass_statement) (expression_statement [(ellipsis) (string) (concatenated_string)])] .)) @excluded

(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . (raise_statement [(identifier) @_stub (call function: (identifier) @_stub)]))
  (#eq? @_stub "NotImplementedError")) @excluded

(yield) @blocked
