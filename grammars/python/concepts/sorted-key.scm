; A named function or itemgetter() as a key; a lambda that only calls a function or takes an item.
(call
  function: [(identifier) @_sorts (attribute attribute: (identifier) @_sorts)]
  arguments: (argument_list
    (keyword_argument
      name: (identifier) @_key
      value: [
        (identifier)
        (attribute)
        (call function: [(identifier) @_getter (attribute attribute: (identifier) @_getter)])
      ]) @present)
  (#any-of? @_sorts "sorted" "sort" "min" "max")
  (#eq? @_key "key")
  (#eq? @_getter "itemgetter"))

(call
  function: [(identifier) @_sorts (attribute attribute: (identifier) @_sorts)]
  arguments: (argument_list
    (keyword_argument
      name: (identifier) @_key
      value: (lambda
        parameters: (lambda_parameters . (identifier) @_parameter .)
        body: [
          (call function: [(identifier) (attribute)] arguments: (argument_list . (identifier) @_used .))
          (subscript value: (identifier) @_used subscript: [(integer) (string) (unary_operator)])
        ])) @applicable)
  (#any-of? @_sorts "sorted" "sort" "min" "max")
  (#eq? @_key "key")
  (#eq? @_parameter @_used))
