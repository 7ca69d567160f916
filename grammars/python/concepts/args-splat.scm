; *args and **kwargs among the parameters; a function that takes neither and does not use their names.
(function_definition
  parameters: (parameters
    (list_splat_pattern (identifier) @_args)
    (dictionary_splat_pattern (identifier) @_kwargs))
  (#eq? @_args "args")
  (#eq? @_kwargs "kwargs")) @present

(function_definition) @applicable

(function_definition
  parameters: (parameters
    [
      (list_splat_pattern)
      (dictionary_splat_pattern)
      (typed_parameter [(list_splat_pattern) (dictionary_splat_pattern)])
    ])) @excluded

((identifier) @blocked (#any-of? @blocked "args" "kwargs"))

(attribute attribute: (identifier) @excluded)

(keyword_argument name: (identifier) @excluded)
