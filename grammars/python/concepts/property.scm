; property as the decorator; an undecorated method that takes nothing and returns a value.
(decorated_definition
  (decorator (identifier) @_name)
  definition: (function_definition) @present
  (#any-of? @_name "property" "cached_property"))

(function_definition
  parameters: (parameters . [(identifier) @_self (typed_parameter . (identifier) @_self)] .)
  (#eq? @_self "self")) @applicable

(decorated_definition definition: (function_definition) @excluded)

(function_definition "async") @excluded

((function_definition name: (identifier) @_name) @excluded (#match? @_name "^__"))

(return_statement (_)) @needed

(yield) @blocked
