; An f-string; a string formatted by % or by format() whose values can stand inside an f-string.
(string (interpolation)) @present

(binary_operator
  left: [(string) (concatenated_string)] @_text
  operator: "%"
  right: (_) @_value
  (#match? @_text "^[^%{}]*%[sr][^%{}]*$")
  (#not-match? @_value "^\\(.*,")
  (#not-match? @_value "['\"{]|\\b(await|yield|lambda|if)\\b|:=")) @applicable

(binary_operator
  left: [(string) (concatenated_string)] @_text
  operator: "%"
  right: (tuple) @_values
  (#match? @_text "^[^%{}]*(%[sr][^%{}]*)+$")
  (#not-match? @_values "['\"{]|\\b(await|yield|lambda|if)\\b|:=|[(,]\\s*\\*")) @applicable

(call
  function: (attribute object: [(string) (concatenated_string)] @_text attribute: (identifier) @_verb)
  arguments: (argument_list (_)) @_values
  (#eq? @_verb "format")
  (#match? @_text "^[^{}]*(\\{\\d*(![rsa])?(:[^{}]*)?\\}[^{}]*)+$")
  (#not-match? @_values "['\"{]|\\b(await|yield|lambda|if)\\b|:=")) @applicable

(call
  function: (attribute attribute: (identifier) @_verb)
  arguments: (argument_list [(keyword_argument) (list_splat) (dictionary_splat)])
  (#eq? @_verb "format")) @excluded
