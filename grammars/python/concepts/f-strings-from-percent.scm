; An f-string; a string formatted by % whose values can stand inside an f-string.
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
