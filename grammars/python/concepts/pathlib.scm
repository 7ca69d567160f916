; A question to a Path made on the spot; a question of os.path about one path.
(attribute
  object: (call function: (identifier) @_made arguments: (argument_list . (_) .))
  attribute: (identifier) @_asked
  (#eq? @_made "Path")
  (#any-of? @_asked "exists" "is_file" "is_dir" "name")) @present

(call
  function: (attribute object: (attribute) @_module attribute: (identifier) @_asked)
  arguments: (argument_list . (_) .)
  (#eq? @_module "os.path")
  (#any-of? @_asked "exists" "isfile" "isdir" "basename")) @applicable
