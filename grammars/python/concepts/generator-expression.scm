; A generator that is folded at once; a list comprehension in its place.
(call
  function: [
    (identifier) @_fold
    (attribute object: [(string) (concatenated_string)] attribute: (identifier) @_fold)
  ]
  arguments: [(generator_expression) @present (argument_list . (generator_expression) @present)]
  (#any-of? @_fold "any" "all" "sum" "min" "max" "tuple" "sorted" "frozenset" "join"))

(call
  function: [
    (identifier) @_fold
    (attribute object: [(string) (concatenated_string)] @_text attribute: (identifier) @_fold)
  ]
  arguments: [
    (argument_list . (list_comprehension) @applicable .)
    (argument_list . (list_comprehension) @applicable . (keyword_argument))
  ]
  (#any-of? @_fold "any" "all" "sum" "min" "max" "tuple" "sorted" "frozenset" "join")
  (#not-match? @_text "^[bB]")
  (#not-match? @applicable "\\b(async|await|yield|super)\\b|:="))
