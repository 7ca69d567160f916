; A warning of the class DeprecationWarning; a function that does not name the class.
(call
  arguments: (argument_list [(identifier) @_class (keyword_argument value: (identifier) @_class)])
  (#any-of? @_class "DeprecationWarning" "PendingDeprecationWarning" "FutureWarning")) @present

(function_definition) @applicable

((identifier) @blocked (#any-of? @blocked "DeprecationWarning" "PendingDeprecationWarning" "FutureWarning"))
