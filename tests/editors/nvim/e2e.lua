-- Tests of the plug-in in a real Neovim, with the scripted server behind it.
local failures, passed = {}, 0
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

local tests = {}

tests['a code action is applied, and undone in one step'] = function()
  open(GREET)
  vim.lsp.buf.code_action({
    apply = true,
    context = { only = { 'refactor.rewrite.lerp.add.none-comparison' }, diagnostics = {} },
  })
  wait('the edit', function()
    return #lines() > #TEXT
  end)
  equal(lines(), expected('added none-comparison', 1))
  vim.cmd('silent undo')
  equal(lines(), TEXT, 'after undo')
end

tests[':Lerp adds and removes'] = function()
  open(GREET)
  vim.cmd('Lerp add guard-clause')
  wait('the edit', function()
    return #lines() > #TEXT
  end)
  equal(lines(), expected('added guard-clause', 1))
  vim.cmd('silent undo')
  vim.cmd('1,2Lerp remove logging timing')
  wait('the edit', function()
    return #lines() > #TEXT
  end)
  equal(lines(), expected('removed logging, removed timing', 1))
end

tests['concepts are completed, those that apply first'] = function()
  open(16)
  equal(vim.fn.getcompletion('Lerp c', 'cmdline'), { 'cancel', 'concepts' })
  equal(vim.fn.getcompletion('Lerp blend pri', 'cmdline'), {}, 'the function at the cursor is no other one')
  equal(vim.fn.getcompletion('Lerp blend no', 'cmdline'), { 'nothing' })
  equal(vim.fn.getcompletion('Lerp remove pri', 'cmdline')[1], 'print-debugging')
  local names = vim.fn.getcompletion('Lerp add ', 'cmdline')
  assert(#names > 50 and vim.tbl_contains(names, 'none-comparison'), vim.inspect(names))
  equal(vim.fn.getcompletion('Lerp pick -print-d', 'cmdline'), { '-print-debugging' })
end

tests['an edit for a text of before is not applied'] = function()
  open(8)
  local done
  require('lerp').apply({ add = { 'logging' } }, function(applied)
    done = applied
  end)
  vim.wait(100)
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# typed meanwhile' })
  wait('the answer', function()
    return done ~= nil
  end)
  equal(done, false)
  assert(said('changed in the meantime'), vim.inspect(messages))
  equal(lines(), vim.list_extend({ '# typed meanwhile' }, vim.deepcopy(TEXT)))
end

tests['decoding can be cancelled'] = function()
  open(8)
  local done
  require('lerp').apply({ add = { 'logging' } }, function(applied)
    done = applied
  end)
  vim.wait(100)
  vim.cmd('Lerp cancel')
  wait('the answer', function()
    return done ~= nil
  end)
  equal(done, false)
  equal(lines(), TEXT)
  equal(messages, {})
end

tests['nothing suitable is said'] = function()
  open(12)
  vim.cmd('Lerp add logging')
  wait('the message', function()
    return said('would change nothing')
  end)
  equal(lines(), TEXT)
end

tests['the picker shows diffs and applies the chosen candidate'] = function()
  open(GREET)
  local buffer = vim.api.nvim_get_current_buf()
  local pick = require('lerp.pick')
  local function answered()
    return pick.state and pick.state.candidates and not pick.state.stop
  end
  vim.cmd('Lerp pick guard-clause -logging')
  wait('candidates', answered)
  equal(vim.bo.filetype, 'lerp-pick')
  local function after()
    return vim.api.nvim_buf_get_lines(pick.state.after_buffer, 0, -1, false)
  end
  equal(after(), expected('added guard-clause, removed logging', 1), 'the right side')
  equal(vim.api.nvim_buf_get_lines(pick.state.before_buffer, 0, -1, false), TEXT, 'the left side')
  assert(vim.wo[pick.state.before].diff and vim.wo[pick.state.after].diff, 'side by side in diff mode')
  -- nothing but the user's own file is the server's
  equal(#vim.lsp.get_clients({ bufnr = pick.state.after_buffer }), 0, 'clients')
  vim.api.nvim_feedkeys('j', 'xt', false)
  vim.cmd('doautocmd CursorMoved')
  equal(after(), expected('added guard-clause, removed logging', 2), 'the second candidate')
  vim.api.nvim_feedkeys('+', 'xt', false)
  wait('candidates again', answered)
  equal(pick.state.strength, 1.25)
  vim.api.nvim_feedkeys('t', 'xt', false)
  wait('candidates again', answered)
  local list = vim.api.nvim_buf_get_lines(pick.state.list_buffer, 0, 1, false)[1]
  assert(list:find('✓', 1, true) and list:find('tests: passed (3)', 1, true), list)
  vim.api.nvim_win_set_cursor(pick.state.list, { 2, 0 })
  vim.api.nvim_feedkeys(vim.keycode('<CR>'), 'xt', false)
  equal(vim.api.nvim_get_current_buf(), buffer)
  equal(#vim.api.nvim_list_wins(), 1, 'windows')
  equal(lines(), expected('added guard-clause, removed logging', 2))
  vim.cmd('silent undo')
  equal(lines(), TEXT, 'after undo')
end

tests['the picker never edits another text'] = function()
  open(GREET)
  local buffer = vim.api.nvim_get_current_buf()
  local pick = require('lerp.pick')
  vim.cmd('Lerp pick guard-clause')
  wait('candidates', function()
    return pick.state and pick.state.candidates
  end)
  vim.api.nvim_buf_set_lines(buffer, 0, 0, false, { '# changed' })
  pick.accept()
  assert(said('changed in the meantime'), vim.inspect(messages))
  equal(lines(), vim.list_extend({ '# changed' }, vim.deepcopy(TEXT)))
end

tests['a candidate on which tests fail is shown and not applied'] = function()
  open(GREET)
  local text = { 'def fails_first(x):', '    return x' }
  vim.api.nvim_buf_set_lines(0, 0, -1, false, text)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  local pick = require('lerp.pick')
  local function verdicts()
    return vim.tbl_map(function(candidate)
      return candidate.verdict
    end, pick.state and pick.state.candidates or {})
  end
  vim.cmd('Lerp pick logging')
  wait('candidates', function()
    return #verdicts() > 0
  end)
  vim.api.nvim_feedkeys('t', 'xt', false)
  wait('verdicts', function()
    return verdicts()[#verdicts()] == 'failed'
  end)
  vim.api.nvim_win_set_cursor(pick.state.list, { #verdicts(), 0 })
  pick.accept()
  assert(said('the tests do not pass on this candidate'), vim.inspect(messages))
  assert(pick.state, 'it stays open')
  pick.close()
  equal(lines(), text)
end

tests['what is known before the answer is shown'] = function()
  open(GREET)
  vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'def slow_tests(x):', '    return x' })
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  local pick = require('lerp.pick')
  vim.cmd('Lerp pick logging')
  wait('candidates', function()
    return pick.state and pick.state.candidates
  end)
  vim.api.nvim_feedkeys('t', 'xt', false)
  wait('candidates that are being tested', function()
    return pick.state.candidates and pick.state.candidates[1].verdict == 'pending'
  end)
  local list = vim.api.nvim_buf_get_lines(pick.state.list_buffer, 0, 1, false)[1]
  assert(list:find('… 1', 1, true) and list:find('tests: running', 1, true), list)
  pick.close()
end

tests['a concept is taught from the last undo step, used, and forgotten'] = function()
  open(16)
  -- an edit of the function, then one elsewhere
  typed('normal! Ofirst(name)')
  typed('normal! ggO# a comment')
  local text = lines()
  vim.api.nvim_win_set_cursor(0, { 17, 4 })
  local answer
  require('lerp.teach').last_edit('first-call', function(found)
    answer = found
  end)
  wait('the lesson', function()
    return answer ~= nil
  end)
  equal(answer.examples, {
    {
      before = 'def printing(name):\n    print(name)\n    return name\n',
      after = 'def printing(name):\n    first(name)\n    print(name)\n    return name\n',
    },
  })
  equal(lines(), text, 'the text is as it was')
  vim.cmd('silent undo')
  equal(lines()[1], 'def greet(name):', 'and so is its history')
  assert(said('learned first-call from 1 example'), vim.inspect(messages))
  vim.api.nvim_win_set_cursor(0, { GREET, 4 })
  equal(vim.fn.getcompletion('Lerp forget ', 'cmdline'), { 'first-call' })
  vim.cmd('Lerp add first-call')
  wait('the edit', function()
    return lines()[1] == '# added first-call 1'
  end)
  vim.cmd('Lerp forget first-call')
  wait('that it is forgotten', function()
    return said('forgot first-call (project)')
  end)
  equal(vim.fn.getcompletion('Lerp forget ', 'cmdline'), {})
end

tests['without an edit nothing is taught'] = function()
  open(GREET)
  vim.cmd('Lerp teach no-edit')
  wait('the message', function()
    return said('was not changed in the last undo steps')
  end)
  vim.cmd('Lerp forget no-edit')
  wait('the error', function()
    return said('there is no taught concept "no-edit"')
  end)
end

tests['a concept is taught from two selections'] = function()
  open(GREET)
  vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'class A:', '    def f(self):', '        return 1' })
  vim.cmd('2,3Lerp teach two-steps')
  assert(said('that is the function before'), vim.inspect(messages))
  vim.api.nvim_buf_set_lines(0, 2, 3, false, { '        return 2' })
  vim.cmd('2,3Lerp teach two-steps')
  wait('the lesson', function()
    return said('learned two-steps from 1 example')
  end)
  vim.cmd('Lerp forget two-steps')
  wait('that it is forgotten', function()
    return said('forgot two-steps')
  end)
end

tests['learning can be cancelled'] = function()
  open(8)
  typed('normal! Oslow(name)')
  local answered
  require('lerp.teach').last_edit('never', function()
    answered = true
  end)
  vim.wait(200)
  vim.cmd('Lerp cancel')
  wait('the answer', function()
    return answered
  end)
  equal(vim.fn.isdirectory(folder .. '/.lerp/concepts/never'), 0, 'nothing is stored')
end

tests['functions on the way to another one are shown and one is applied'] = function()
  open(GREET)
  local pick = require('lerp.pick')
  vim.cmd('Lerp blend printing')
  wait('all of them', function()
    return pick.state and not pick.state.stop
  end)
  equal(#pick.state.candidates, 5)
  local list = vim.api.nvim_buf_get_lines(pick.state.list_buffer, 0, -1, false)
  assert(list[2]:find('25%% of the way'), vim.inspect(list))
  vim.api.nvim_win_set_cursor(pick.state.list, { 3, 0 })
  vim.api.nvim_feedkeys(vim.keycode('<CR>'), 'xt', false)
  equal(lines()[1], '# greet to printing, 0.50')
  vim.cmd('silent undo')
  equal(lines(), TEXT, 'after undo')
  vim.cmd('Lerp blend nowhere')
  assert(said('there is no function nowhere'), vim.inspect(messages))
end

tests['a concept can be chosen first'] = function()
  open(GREET)
  local pick = require('lerp.pick')
  local offered
  vim.ui.select = function(items, options, choose)
    offered = vim.tbl_map(options.format_item, items)
    choose(items[1])
  end
  vim.cmd('Lerp pick')
  assert(vim.tbl_contains(offered, 'Add: is None'), vim.inspect(offered))
  wait('candidates', function()
    return pick.state and pick.state.candidates
  end)
  pick.close()
  equal(#vim.api.nvim_list_wins(), 1, 'windows')
end

tests['concepts are listed'] = function()
  open(GREET)
  vim.cmd('Lerp concepts')
  equal(vim.bo.filetype, 'lerp-concepts')
  local text = table.concat(lines(), '\n')
  assert(text:find('\n%+[- ] none%-comparison '), text)
  vim.api.nvim_feedkeys('q', 'xt', false)
  equal(#vim.api.nvim_list_wins(), 1, 'windows')
end

tests['mistakes are named'] = function()
  open(GREET)
  vim.cmd('Lerp frobnicate')
  vim.cmd('Lerp add')
  assert(said('no such command: frobnicate') and said('which concept?'), vim.inspect(messages))
  vim.cmd.enew()
  vim.cmd('Lerp add logging')
  assert(said('not attached'), vim.inspect(messages))
end

tests['the server may die and be started again'] = function()
  open(GREET)
  local first = client().id
  client().rpc.terminate()
  wait('the end of the server', function()
    return client() == nil
  end)
  vim.cmd('Lerp add logging')
  assert(said('not attached'), vim.inspect(messages))
  if vim.env.STYLE == 'start' or vim.fn.has('nvim-0.11') == 0 then
    require('lerp').start(vim.api.nvim_get_current_buf())
  else
    vim.lsp.enable('lerp')
    vim.cmd('doautocmd FileType')
  end
  wait('a new server', function()
    return client() and client().initialized and client().id ~= first
  end)
  vim.cmd('Lerp add logging')
  wait('the edit', function()
    return #lines() > #TEXT
  end)
end

tests['checkhealth has a report'] = function()
  open(GREET)
  vim.cmd('checkhealth lerp')
  local text = table.concat(lines(), '\n')
  assert(text:find('Neovim 0', 1, true) and text:find('running: client', 1, true), text)
  vim.cmd('bwipeout!')
end

tests['the help has its tags'] = function()
  local copy = folder .. '/doc'
  vim.fn.mkdir(copy, 'p')
  vim.fn.writefile(vim.fn.readfile(vim.env.LERP_NVIM_PLUGIN .. '/doc/lerp.txt'), copy .. '/lerp.txt')
  vim.cmd.helptags(copy)
  local tags = table.concat(vim.fn.readfile(copy .. '/tags'), '\n')
  for tag in table.concat(vim.fn.readfile(copy .. '/lerp.txt'), '\n'):gmatch('|(lerp[%w-]+)|') do
    assert(tags:find(tag .. '\t', 1, true), tag)
  end
end

if vim.env.STYLE == 'missing' then
  tests = {
    ['a missing model is said, and nothing is offered for a while'] = function()
      open(GREET)
      vim.cmd('Lerp add logging')
      wait('the message', function()
        return said('pip install onnxruntime')
      end)
      equal(lines(), TEXT)
      local params = require('lerp').place(0)
      params.context = { diagnostics = {} }
      local answers = vim.lsp.buf_request_sync(0, 'textDocument/codeAction', params, 10000)
      local actions = answers[client().id].result
      -- this client does not say that it shows actions that are disabled
      equal(actions or {}, {})
    end,
  }
end

local names = vim.tbl_keys(tests)
table.sort(names)
for _, name in ipairs(names) do
  messages = {}
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
vim.fn.delete(folder, 'rf')
local version = tostring(vim.version())
io.stdout:write(('Neovim %s, %s: %d passed, %d failed\n'):format(version, vim.env.STYLE, passed, #failures))
-- by way of :qall, so that leaving ends the server as a user's leaving does
if #failures > 0 then
  vim.cmd('cquit 1')
end
vim.cmd('qall!')
