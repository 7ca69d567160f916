; A test of an argument for None that raises; a function whose first argument is neither optional nor tested first.
(function_definition
  parameters: (parameters
    [
      (identifier) @_parameter
      (typed_parameter . (identifier) @_parameter)
      (default_parameter name: (identifier) @_parameter)
      (typed_default_parameter name: (identifier) @_parameter)
    ])
  body: (block
    (if_statement
      condition: (comparison_operator . (identifier) @_asked "is" (none) .)
      consequence: (block . (raise_statement) .)
      !alternative) @present)
  (#eq? @_parameter @_asked))

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

((function_definition
   parameters: (parameters
     . [
       (default_parameter name: (identifier) @_first value: (none))
       (typed_default_parameter name: (identifier) @_first value: (none))
     ])) @excluded
  (#not-any-of? @_first "self" "cls" "mcs" "mcls"))

((function_definition
   parameters: (parameters
     . (identifier) @_receiver
     . [(default_parameter value: (none)) (typed_default_parameter value: (none))])) @excluded
  (#any-of? @_receiver "self" "cls" "mcs" "mcls"))

((function_definition
   parameters: (parameters
     . [(typed_parameter type: (type) @_hint) (typed_default_parameter type: (type) @_hint)])) @excluded
  (#match? @_hint "None|Optional"))

((function_definition
   parameters: (parameters
     . (identifier) @_receiver
     . [(typed_parameter type: (type) @_hint) (typed_default_parameter type: (type) @_hint)])) @excluded
  (#any-of? @_receiver "self" "cls" "mcs" "mcls")
  (#match? @_hint "None|Optional"))

((function_definition
   parameters: (parameters
     . [
       (identifier) @_first
       (typed_parameter . (identifier) @_first)
       (default_parameter name: (identifier) @_first)
       (typed_default_parameter name: (identifier) @_first)
     ])
   body: (block
     . (expression_statement [(string) (concatenated_string)])?
     . [
       (if_statement
         condition: [
           (identifier) @_asked
           (_ (identifier) @_asked)
           (_ (_ (identifier) @_asked))
           (_ (_ (_ (identifier) @_asked)))
           (_ (_ (_ (_ (identifier) @_asked))))
         ])
       (assert_statement
         . [
           (identifier) @_asked
           (_ (identifier) @_asked)
           (_ (_ (identifier) @_asked))
           (_ (_ (_ (identifier) @_asked)))
           (_ (_ (_ (_ (identifier) @_asked))))
         ])
     ])) @excluded
  (#not-any-of? @_first "self" "cls" "mcs" "mcls")
  (#eq? @_first @_asked))

((function_definition
   parameters: (parameters
     . (identifier) @_receiver
     . [
       (identifier) @_first
       (typed_parameter . (identifier) @_first)
       (default_parameter name: (identifier) @_first)
       (typed_default_parameter name: (identifier) @_first)
     ])
   body: (block
     . (expression_statement [(string) (concatenated_string)])?
     . [
       (if_statement
         condition: [
           (identifier) @_asked
           (_ (identifier) @_asked)
           (_ (_ (identifier) @_asked))
           (_ (_ (_ (identifier) @_asked)))
           (_ (_ (_ (_ (identifier) @_asked))))
         ])
       (assert_statement
         . [
           (identifier) @_asked
           (_ (identifier) @_asked)
           (_ (_ (identifier) @_asked))
           (_ (_ (_ (identifier) @_asked)))
           (_ (_ (_ (_ (identifier) @_asked))))
         ])
     ])) @excluded
  (#any-of? @_receiver "self" "cls" "mcs" "mcls")
  (#eq? @_first @_asked))
