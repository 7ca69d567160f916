; staticmethod as the decorator; an undecorated method that does not use self.
(decorated_definition
  (decorator (identifier) @_name)
  definition: (function_definition) @present
  (#eq? @_name "staticmethod"))

(function_definition
  parameters: (parameters . [(identifier) @_receiver (typed_parameter . (identifier) @_receiver)])
  (#eq? @_receiver "self")) @applicable

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

(parameters (identifier) @excluded)

((identifier) @blocked (#any-of? @blocked "self" "super"))
