; A set display; set() of a list or tuple display.
(set) @present

(call
  function: (identifier) @_made
  arguments: (argument_list . [(list (_)) (tuple (_))] .)
  (#eq? @_made "set")) @applicable
