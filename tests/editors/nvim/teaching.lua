-- :Lerp teach and :Lerp forget.
local h = require('harness')
local GREET, folder, messages, wait = h.GREET, h.folder, h.messages, h.wait
local equal, lines, open, said, typed = h.equal, h.lines, h.open, h.said, h.typed

local tests = {}

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

return vim.env.STYLE == 'missing' and {} or tests
