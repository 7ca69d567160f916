; A print as the first statement; a function with arguments that is no stub and does not begin with one.
(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . (expression_statement (call function: (identifier) @_print)))
  (#eq? @_print "print")) @present @excluded

((function_definition
   parameters: (parameters
     [
       (identifier) @_argument
       (typed_parameter . (identifier) @_argument)
       (default_parameter name: (identifier) @_argument)
       (typed_default_parameter name: (identifier) @_argument)
     ])) @applicable
  (#not-any-of? @_argument "self" "cls" "mcs" "mcls"))

(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . [(pass_statement) (expression_statement [(ellipsis) (string) (concatenated_string)])] .)) @excluded

(function_definition
  body: (block
    . (expression_statement [(string) (concatenated_string)])?
    . (raise_statement [(identifier) @_stub (call function: (identifier) @_stub)]))
  (#eq? @_stub "NotImplementedError")) @excluded
