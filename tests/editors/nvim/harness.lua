-- What the tests in a real Neovim share: files, the server, waiting, what was said.
local messages = {}
vim.notify = function(message)
  table.insert(messages, message)
end
vim.lsp.handlers['window/showMessage'] = function(_, result)
  table.insert(messages, result.message)
end

local TEXT = {
  'def greet(name):',
  '    if name == None:',
  '        return 1',
  '    return "é😀"',
  '',
  '',
  'def slow(name):',
  '    return name',
  '',
  '',
  'def nothing(name):',
  '    return name',
  '',
  '',
  'def printing(name):',
  '    print(name)',
  '    return name',
}
local GREET = 2

local folder = vim.fn.tempname()
vim.fn.mkdir(folder, 'p')
vim.fn.writefile({ '[project]', 'name = "x"' }, folder .. '/pyproject.toml')

local function wait(what, condition)
  if not vim.wait(30000, condition, 5) then
    error('waited in vain: ' .. what .. '; messages: ' .. vim.inspect(messages), 2)
  end
end

local function equal(found, expected, what)
  if not vim.deep_equal(found, expected) then
    error(('%s: found %s, expected %s'):format(what or 'value', vim.inspect(found), vim.inspect(expected)), 2)
  end
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

local function client()
  return vim.lsp.get_clients({ name = 'lerp', bufnr = 0 })[1]
end

local count = 0
---A new file, with the server attached and the cursor on a line.
local function open(line)
  count = count + 1
  local path = ('%s/file%d.py'):format(folder, count)
  vim.fn.writefile(TEXT, path)
  vim.cmd.edit(path)
  wait('the server is attached', function()
    return client() and client().initialized
  end)
  vim.api.nvim_win_set_cursor(0, { line, 4 })
end

local function said(text)
  return vim.iter(messages):any(function(message)
    return message:find(text, 1, true) ~= nil
  end)
end

local function expected(what, n)
  local expect = vim.deepcopy(TEXT)
  expect[4] = expect[4] .. ('  # end %d'):format(n)
  table.insert(expect, 1, ('# %s %d'):format(what, n))
  return expect
end

---A command that is an undo step of its own, as one that a user types is.
local function typed(command)
  vim.cmd('let &undolevels = &undolevels')
  vim.cmd(command)
  vim.cmd('let &undolevels = &undolevels')
end

return {
  TEXT = TEXT,
  GREET = GREET,
  folder = folder,
  messages = messages,
  wait = wait,
  equal = equal,
  lines = lines,
  client = client,
  open = open,
  said = said,
  expected = expected,
  typed = typed,
}
