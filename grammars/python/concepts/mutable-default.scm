; An empty container made for an argument that is None; an empty container as a default.
(function_definition
  parameters: (parameters
    [
      (default_parameter name: (identifier) @_parameter value: (none))
      (typed_default_parameter name: (identifier) @_parameter value: (none))
    ])
  body: (block
    (if_statement
      condition: (comparison_operator . (identifier) @_asked "is" (none) .)
      consequence: (block
        . (expression_statement
          (assignment left: (identifier) @_target right: [(list) (dictionary) (call)] @_value)) .)
      !alternative) @present)
  (#eq? @_parameter @_asked)
  (#eq? @_asked @_target)
  (#any-of? @_value "[]" "{}" "set()" "dict()" "list()"))

(parameters
  [
    (default_parameter value: [(list) (dictionary) (call)] @_value)
    (typed_default_parameter value: [(list) (dictionary) (call)] @_value)
  ] @applicable
  (#any-of? @_value "[]" "{}" "set()" "dict()" "list()"))
