-- Tests of the plug-in in a real Neovim, with the scripted server behind it.
local here = vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2))
package.path = here .. '/?.lua;' .. package.path
local h = require('harness')

local tests = {}
for _, file in ipairs({ 'actions', 'picker', 'teaching', 'server' }) do
  tests = vim.tbl_extend('error', tests, require(file))
end

local failures, passed = {}, 0
local names = vim.tbl_keys(tests)
table.sort(names)
for _, name in ipairs(names) do
  while #h.messages > 0 do
    table.remove(h.messages)
  end
  if vim.env.VERBOSE then
    io.stdout:write(name, '\n')
    io.stdout:flush()
  end
  local ok, problem = xpcall(tests[name], debug.traceback)
  if ok then
    passed = passed + 1
  else
    table.insert(failures, name)
    io.stdout:write(('FAILED %s\n%s\n'):format(name, problem))
  end
  require('lerp.pick').close()
  vim.cmd('silent! %bwipeout!')
end
vim.fn.delete(h.folder, 'rf')
local version = tostring(vim.version())
io.stdout:write(('Neovim %s, %s: %d passed, %d failed\n'):format(version, vim.env.STYLE, passed, #failures))
-- by way of :qall, so that leaving ends the server as a user's leaving does
if #failures > 0 then
  vim.cmd('cquit 1')
end
vim.cmd('qall!')
