; A try that closes self in the end; a method that uses self, is no stub and does not begin with a try.
(try_statement
  (finally_clause (block . (expression_statement (call) @_close) .))
  (#eq? @_close "self.close()")) @present

(function_definition
  parameters: (parameters . [(identifier) @_receiver (typed_parameter . (identifier) @_receiver)])
  (#eq? @_receiver "self")) @applicable

(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . [(pass_statement) (expression_statement [(ellipsis) (string) (concatenated_string)])] .)) @excluded

(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . (raise_statement [(identifier) @_stub (call function: (identifier) @_stub)]))
  (#eq? @_stub "NotImplementedError")) @excluded

(function_definition "async") @excluded

((function_definition name: (identifier) @_name) @excluded (#match? @_name "^(__.*|close)$"))

(function_definition
  body: (block . (expression_statement [(string) (concatenated_string)])? . (try_statement))) @excluded

(function_definition body: (block [(global_statement) (nonlocal_statement)])) @excluded

(parameters (identifier) @excluded)

((identifier) @needed (#eq? @needed "self"))
