-- The picker: candidates above, and below them the text as it is and as the chosen one makes it, side by side.
local lerp = require('lerp')
local window = require('lerp.window')
local M = {}

local STEP = 0.25
local STRONGEST = 10
local ROWS = 6
local HELP = '<CR> apply   q quit   +/- strength   t tests'
local HELP_BLEND = '<CR> apply   q quit'

---The picker that is open, for tests and for one at a time.
M.state = nil

local marks = { passed = '✓', same = '≈', failed = '✗', timeout = '⏱', pending = '…', untested = ' ' }
local offered = { passed = true, same = true, untested = true }

local function line_of(number, candidate)
  local position = candidate.position
  local sure
  if type(position) == 'number' then
    sure = ('%3d%% of the way'):format(position * 100 + 0.5)
  else
    sure = ('%3d%% sure'):format(candidate.confidence * 100 + 0.5)
  end
  if (candidate.places or 0) > 1 then
    sure = ('%s, %d of %d places'):format(sure, candidate.placesChanged, candidate.places)
  elseif candidate.places == 1 then
    -- less strength takes nothing away
    sure = sure .. ', a switch'
  end
  local reason = type(candidate.reason) == 'string' and ', ' .. candidate.reason or ''
  return ('%s %d  %s  %s%s'):format(marks[candidate.verdict] or '?', number, sure, candidate.tests, reason)
end

local function chosen(state)
  return state.candidates and state.candidates[vim.api.nvim_win_get_cursor(state.list)[1]]
end

---Puts a candidate beside the text, at its first change.
local function show_diff(state)
  local candidate = chosen(state)
  if not candidate or state.shown == candidate then
    return
  end
  state.shown = candidate
  window.write(state.after_buffer, state.lines)
  vim.bo[state.after_buffer].modifiable = true
  vim.lsp.util.apply_text_edits(candidate.edits, state.after_buffer, state.encoding)
  vim.bo[state.after_buffer].modifiable = false
  local first
  for _, edit in ipairs(candidate.edits) do
    first = math.min(first or math.huge, edit.range.start.line + 1)
  end
  for _, id in ipairs({ state.before, state.after }) do
    local last = vim.api.nvim_buf_line_count(vim.api.nvim_win_get_buf(id))
    vim.api.nvim_win_set_cursor(id, { math.min(first or 1, last), 0 })
    vim.api.nvim_win_call(id, function()
      vim.cmd('silent! diffupdate | normal! zz')
    end)
  end
end

local function show(state, answer)
  local lines = {}
  state.candidates = answer.candidates
  for number, candidate in ipairs(answer.candidates) do
    table.insert(lines, line_of(number, candidate))
  end
  if #lines == 0 then
    local message = type(answer.message) == 'string' and answer.message
    lines = { message or 'nothing suitable' }
  end
  vim.list_extend(lines, answer.conflicts or {})
  window.write(state.list_buffer, lines)
  show_diff(state)
end

---What is known before the answer; see `lerp.config`.
---@param token string
function M.partial(token, answer)
  local state = M.state
  if state and state.token == token then
    show(state, answer)
  end
end

local count = 0

---Asks for candidates; what was asked before is stopped.
local function ask(state)
  if state.stop then
    state.stop()
  end
  local client = lerp.client(state.buffer)
  if not client then
    return
  end
  count = count + 1
  state.token = ('lerp-pick-%d'):format(count)
  state.candidates, state.shown = nil, nil
  window.write(state.list_buffer, { 'decoding …' })
  local params = vim.tbl_extend('force', state.place, { partialResultToken = state.token })
  local method, title = 'lerp/blend', (' lerp: %s '):format(state.title or '')
  if state.blend then
    params.with = state.blend
  else
    method = 'lerp/candidates'
    title = (' lerp: strength %.2f%s '):format(state.strength, state.tests == 'auto' and ', tests' or '')
    params.add, params.remove = state.add, state.remove
    params.strength, params.tests = state.strength, state.tests
  end
  vim.api.nvim_win_set_config(state.list, { title = title })
  state.stop = lerp.request(client, method, params, function(err, answer)
    state.stop, state.token = nil, nil
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
  for _, id in ipairs({ state.list, state.before, state.after }) do
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
  elseif not offered[candidate.verdict] then
    return lerp.say('the tests do not pass on this candidate; it is not applied', vim.log.levels.WARN)
  end
  M.close()
  -- the edits are for the text that was sent: never for another
  if vim.api.nvim_buf_get_changedtick(state.buffer) ~= state.tick then
    return lerp.say('the text was changed in the meantime; nothing was edited', vim.log.levels.WARN)
  end
  vim.lsp.util.apply_text_edits(candidate.edits, state.buffer, state.encoding)
end

---Two windows side by side in diff mode, and the list above them with the cursor in it.
local function open_windows(state)
  local columns, lines = vim.o.columns, vim.o.lines
  local half = math.max(math.floor((columns - 6) / 2), 10)
  local height = math.max(lines - ROWS - 8, 4)
  for place, side in ipairs({ 'before', 'after' }) do
    local id, buffer = window.open(state.lines, {
      title = (' %s '):format(side),
      width = half,
      height = height,
      row = ROWS + 3,
      col = (place - 1) * (half + 2) + 1,
      enter = false,
    })
    -- not the file type: no other plug-in has to do with it
    vim.bo[buffer].syntax = 'python'
    vim.api.nvim_win_call(id, function()
      vim.cmd('diffthis')
    end)
    state[side], state[side .. '_buffer'] = id, buffer
  end
  state.list, state.list_buffer = window.open({ '' }, {
    title = ' lerp ',
    footer = (' %s '):format(state.blend and HELP_BLEND or HELP),
    filetype = 'lerp-pick',
    width = 2 * half + 2,
    height = ROWS,
    row = 1,
    col = 1,
  })
end

local function set_keys(state)
  local function key(lhs, action)
    vim.keymap.set('n', lhs, action, { buffer = state.list_buffer, nowait = true })
  end
  key('<CR>', M.accept)
  key('q', M.close)
  key('<Esc>', M.close)
  if state.blend then
    return
  end
  local function stronger(by)
    return function()
      state.strength = math.max(-STRONGEST, math.min(STRONGEST, state.strength + by))
      ask(state)
    end
  end
  key('+', stronger(STEP))
  key('-', stronger(-STEP))
  key('t', function()
    state.tests = state.tests == 'none' and 'auto' or 'none'
    ask(state)
  end)
end

---@param wish { add?: string[], remove?: string[], lines?: integer[], strength?: number, blend?: table, title?: string }
function M.open(wish)
  local buffer = vim.api.nvim_get_current_buf()
  local client = lerp.attached(buffer)
  if not client then
    return
  end
  M.close()
  local state = {
    buffer = buffer,
    lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false),
    tick = vim.api.nvim_buf_get_changedtick(buffer),
    encoding = client.offset_encoding,
    place = lerp.place(buffer, wish.lines),
    add = wish.add or {},
    remove = wish.remove or {},
    strength = wish.strength or 1,
    tests = 'none',
    blend = wish.blend,
    title = wish.title,
  }
  open_windows(state)
  M.state = state
  set_keys(state)
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
        local taught = concept.origin == 'taught' and ' (taught)' or ''
        table.insert(items, { way = way, name = concept.name, title = concept.title .. taught })
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
