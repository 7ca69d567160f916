-- The picker: candidates on the left, the diff of the chosen one on the right, both floating.
local lerp = require('lerp')
local window = require('lerp.window')
local M = {}

local WIDTH = 30
local STEP = 0.25
local HELP = { '', '<CR> apply  q quit', '+/- strength', 't  run tests' }

---The picker that is open, for tests and for one at a time.
M.state = nil

local marks = { passed = '✓', failed = '✗', timeout = '⏱', untested = ' ' }

local function line_of(number, candidate)
  local tests = candidate.testsRun > 0 and ('%d tests'):format(candidate.testsRun) or ''
  return ('%s %d  %3d%%  %s'):format(marks[candidate.verdict] or '?', number, candidate.confidence * 100 + 0.5, tests)
end

local function chosen(state)
  return state.candidates and state.candidates[vim.api.nvim_win_get_cursor(state.list)[1]]
end

local function show_diff(state)
  local candidate = chosen(state)
  if candidate then
    window.write(state.diff_buffer, vim.split(candidate.diff, '\n', { trimempty = true }))
  end
end

local function show(state, answer)
  local lines = {}
  state.candidates = answer.candidates
  for number, candidate in ipairs(answer.candidates) do
    table.insert(lines, line_of(number, candidate))
  end
  if #lines == 0 then
    lines = { 'nothing suitable' }
    window.write(state.diff_buffer, { answer.message or '' })
  end
  window.write(state.list_buffer, vim.list_extend(lines, HELP))
  show_diff(state)
end

---Asks for candidates; what was asked before is stopped.
local function ask(state)
  if state.stop then
    state.stop()
  end
  local client = lerp.client(state.buffer)
  if not client then
    return
  end
  state.candidates = nil
  window.write(state.list_buffer, { 'decoding …' })
  local title = (' lerp: strength %.2f%s '):format(state.strength, state.tests == 'auto' and ', tests' or '')
  vim.api.nvim_win_set_config(state.list, { title = title })
  local params = vim.tbl_extend('force', state.place, {
    add = state.add,
    remove = state.remove,
    strength = state.strength,
    tests = state.tests,
  })
  state.stop = lerp.request(client, 'lerp/candidates', params, function(err, answer)
    state.stop = nil
    if M.state ~= state then
      return
    elseif err then
      M.close()
      lerp.tell(err)
    else
      show(state, answer)
    end
  end, state.buffer)
end

---Closes the picker, and stops what it waits for.
function M.close()
  local state = M.state
  M.state = nil
  if not state then
    return
  end
  if state.stop then
    state.stop()
  end
  for _, id in ipairs({ state.list, state.diff }) do
    if vim.api.nvim_win_is_valid(id) then
      vim.api.nvim_win_close(id, true)
    end
  end
end

---Applies the chosen candidate.
function M.accept()
  local state = M.state
  local candidate = state and chosen(state)
  if not candidate then
    return
  end
  M.close()
  -- the edits are for the text that was sent: never for another
  if vim.api.nvim_buf_get_changedtick(state.buffer) ~= state.tick then
    return lerp.say('the text was changed in the meantime; nothing was edited', vim.log.levels.WARN)
  end
  vim.lsp.util.apply_text_edits(candidate.edits, state.buffer, state.encoding)
end

---@param wish { add?: string[], remove?: string[], lines?: integer[], strength?: number }
function M.open(wish)
  local buffer = vim.api.nvim_get_current_buf()
  local client = lerp.client(buffer)
  if not client then
    return lerp.say('the server is not attached to this buffer; see :checkhealth lerp', vim.log.levels.ERROR)
  end
  M.close()
  local state = {
    buffer = buffer,
    tick = vim.api.nvim_buf_get_changedtick(buffer),
    encoding = client.offset_encoding,
    place = lerp.place(buffer, wish.lines),
    add = wish.add or {},
    remove = wish.remove or {},
    strength = wish.strength or 1,
    tests = 'none',
  }
  local height = math.max(vim.o.lines - 8, 6)
  local width = math.max(vim.o.columns - WIDTH - 10, 20)
  state.diff, state.diff_buffer = window.open({ '' }, {
    title = ' diff ',
    filetype = 'diff',
    width = width,
    height = height,
    row = 1,
    col = WIDTH + 5,
    enter = false,
  })
  state.list, state.list_buffer = window.open({ '' }, {
    title = ' lerp ',
    filetype = 'lerp-pick',
    width = WIDTH,
    height = height,
    row = 1,
    col = 1,
  })
  M.state = state
  local function key(lhs, action)
    vim.keymap.set('n', lhs, action, { buffer = state.list_buffer, nowait = true })
  end
  local function stronger(by)
    return function()
      state.strength = state.strength + by
      ask(state)
    end
  end
  key('<CR>', M.accept)
  key('q', M.close)
  key('<Esc>', M.close)
  key('+', stronger(STEP))
  key('-', stronger(-STEP))
  key('t', function()
    state.tests = state.tests == 'none' and 'auto' or 'none'
    ask(state)
  end)
  vim.api.nvim_create_autocmd('CursorMoved', {
    buffer = state.list_buffer,
    callback = function()
      show_diff(state)
    end,
  })
  vim.api.nvim_create_autocmd('WinClosed', {
    buffer = state.list_buffer,
    callback = function()
      vim.schedule(function()
        -- by then another picker may be open
        if M.state == state then
          M.close()
        end
      end)
    end,
  })
  ask(state)
end

---Lets the user choose a concept of those that apply here, then a candidate.
function M.choose(lines)
  local items = {}
  for _, concept in ipairs(lerp.concepts(lines)) do
    for _, way in ipairs({ 'add', 'remove' }) do
      if concept[way] == true then
        table.insert(items, { way = way, name = concept.name, title = concept.title })
      end
    end
  end
  if #items == 0 then
    return lerp.say('no concept applies here')
  end
  local options = {
    prompt = 'lerp',
    format_item = function(item)
      return (item.way == 'add' and 'Add: ' or 'Remove: ') .. item.title
    end,
  }
  vim.ui.select(items, options, function(item)
    if item then
      M.open({ [item.way] = { item.name }, lines = lines })
    end
  end)
end

return M
