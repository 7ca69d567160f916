-- Code actions, :Lerp add and remove, and what is said when nothing comes of them.
local h = require('harness')
local TEXT, GREET, messages, wait, equal = h.TEXT, h.GREET, h.messages, h.wait, h.equal
local lines, open, said, expected = h.lines, h.open, h.said, h.expected

local tests = {}

---Asks for an edit of which nothing comes, because of what is done while it is decoded.
local function not_applied(meanwhile)
  open(8)
  local done
  require('lerp').apply({ add = { 'logging' } }, function(applied)
    done = applied
  end)
  vim.wait(100)
  meanwhile()
  wait('the answer', function()
    return done ~= nil
  end)
  equal(done, false)
end

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
  not_applied(function()
    vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# typed meanwhile' })
  end)
  assert(said('changed in the meantime'), vim.inspect(messages))
  equal(lines(), vim.list_extend({ '# typed meanwhile' }, vim.deepcopy(TEXT)))
end

tests['decoding can be cancelled'] = function()
  not_applied(function()
    vim.cmd('Lerp cancel')
  end)
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

return vim.env.STYLE == 'missing' and {} or tests
