; A check that an argument is an instance of a class; a function with an argument annotated by a built-in class.
(if_statement
  !alternative
  condition: (not_operator argument: (call function: (identifier) @_asked))
  consequence: (block . (raise_statement) .)
  (#eq? @_asked "isinstance")) @present

((function_definition
   parameters: (parameters
     [
       (typed_parameter . (identifier) type: (type (identifier) @_class))
       (typed_default_parameter type: (type (identifier) @_class) value: (_) @_default)
     ])) @applicable
  (#any-of? @_class "str" "int" "float" "bool" "bytes" "list" "dict" "set" "tuple")
  (#not-eq? @_default "None"))

(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . [(pass_statement) (expression_statement [(ellipsis) (string) (concatenated_string)])] .)) @excluded

(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . (raise_statement [(identifier) @_stub (call function: (identifier) @_stub)]))
  (#eq? @_stub "NotImplementedError")) @excluded

((function_definition
   body: (block . (expression_statement [(string) (concatenated_string)])? . (_) @_first)) @excluded
  (#match? @_first "isinstance"))
