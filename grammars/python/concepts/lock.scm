; A with statement that holds a lock of self around the body; a method that uses self and holds none.
(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . (with_statement
      (with_clause
        . (with_item value: (attribute object: (identifier) @_self attribute: (identifier) @_lock)) .)) @present .)
  (#eq? @_self "self")
  (#match? @_lock "_lock$"))

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

((function_definition name: (identifier) @_name) @excluded (#any-of? @_name "__init__" "__new__"))

(function_definition
  body: (block . (expression_statement [(string) (concatenated_string)])? . (with_statement))) @excluded

(attribute object: (identifier) @needed (#eq? @needed "self"))

[(yield) (global_statement) (nonlocal_statement)] @blocked
