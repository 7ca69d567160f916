-- :Lerp pick and :Lerp blend: candidates side by side.
local h = require('harness')
local TEXT, GREET, messages, wait = h.TEXT, h.GREET, h.messages, h.wait
local equal, lines, open, said, expected = h.equal, h.lines, h.open, h.said, h.expected

local tests = {}

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
  assert(list:find('sure, a switch', 1, true), 'one place: strength chooses nothing: ' .. list)
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

return vim.env.STYLE == 'missing' and {} or tests
