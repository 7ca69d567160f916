; Parameters behind a star; a parameter with a default and no star before it.
(parameters (keyword_separator) @present . [(default_parameter) (typed_default_parameter)])

(function_definition parameters: (parameters [(default_parameter) (typed_default_parameter)])) @applicable

(function_definition
  parameters: (parameters [(keyword_separator) (list_splat_pattern) (typed_parameter (list_splat_pattern))])) @excluded
