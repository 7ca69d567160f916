; A log message with values as arguments; a log message that is formatted by % first.
(call
  function: (attribute
    object: [(identifier) @_logger (attribute attribute: (identifier) @_logger)]
    attribute: (identifier) @_level)
  arguments: (argument_list . [(string) (concatenated_string)] @_text . (_) @_value)
  (#any-of? @_logger "logger" "log" "logging" "LOG" "LOGGER" "_logger" "_log" "_LOGGER")
  (#any-of? @_level "debug" "info" "warning" "error" "exception" "critical" "warn")
  (#match? @_text "%")
  (#not-match? @_value "^\\w+=[^=]")) @present

(call
  function: (attribute
    object: [(identifier) @_logger (attribute attribute: (identifier) @_logger)]
    attribute: (identifier) @_level)
  arguments: (argument_list
    . (binary_operator left: [(string) (concatenated_string)] operator: "%" right: (_) @_values))
  (#any-of? @_logger "logger" "log" "logging" "LOG" "LOGGER" "_logger" "_log" "_LOGGER")
  (#any-of? @_level "debug" "info" "warning" "error" "exception" "critical" "warn")
  (#not-match? @_values "^\\{")) @applicable
