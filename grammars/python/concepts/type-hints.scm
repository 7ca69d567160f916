; Annotated parameters; a parameter without an annotation.
(parameters [(typed_parameter) (typed_default_parameter)] @present)

((function_definition
   parameters: (parameters [(identifier) @_name (default_parameter name: (identifier) @_name)])) @applicable
  (#not-any-of? @_name "self" "cls" "mcs" "mcls"))
