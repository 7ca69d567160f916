; A cache as the decorator; an undecorated function that returns a value and is neither method, coroutine nor generator.
(decorated_definition
  (decorator
    [
      (identifier) @_cache
      (attribute attribute: (identifier) @_cache)
      (call function: [(identifier) @_cache (attribute attribute: (identifier) @_cache)])
    ])
  definition: (function_definition) @present
  (#any-of? @_cache "lru_cache" "cache"))

(function_definition) @applicable

(decorated_definition definition: (function_definition) @excluded)

(function_definition "async") @excluded

(function_definition
  parameters: (parameters
    [
      (list_splat_pattern)
      (dictionary_splat_pattern)
      (typed_parameter [(list_splat_pattern) (dictionary_splat_pattern)])
    ])) @excluded

(function_definition
  parameters: (parameters . [(identifier) @_receiver (typed_parameter . (identifier) @_receiver)])
  (#any-of? @_receiver "self" "cls" "mcs" "mcls")) @excluded

(return_statement (_)) @needed

(yield) @blocked
